namespace Enlarger.Server.Jobs;

/// <summary>What there is to do.</summary>
/// <param name="Waiting">Jobs that do not compute: not yet, or not now.</param>
/// <param name="Running">Jobs that compute.</param>
/// <param name="Megapixels">What is left to do for all of them, in results.</param>
/// <param name="Backlog">How long that will take, by the speed of late; zero until that was measured.</param>
internal readonly record struct JobLoad(int Waiting, int Running, double Megapixels, TimeSpan Backlog);
