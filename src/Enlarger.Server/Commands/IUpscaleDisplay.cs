namespace Enlarger.Server.Commands;

/// <summary>Shows a person how a batch goes on. All members may be called from several threads.</summary>
internal interface IUpscaleDisplay : IAsyncDisposable
{
    /// <summary>A picture begins; what it returns is told the finished part, 0 to 1.</summary>
    IProgress<double>? Start(UpscaleItem item);

    /// <summary>A picture has come to its end.</summary>
    void Finish(UpscaleItem item, UpscaleReport report);

    /// <summary>A result, for standard output.</summary>
    void Print(string result);

    /// <summary>A line that stays on the screen, for standard error.</summary>
    void Say(string line);
}
