namespace Enlarger.Tests;

/// <summary>The sample of the README, word for word, so that it compiles and runs.</summary>
internal static class ReadmeSample
{
    public static async Task RunAsync(string input, string output)
    {
        var enlarger = new ImageEnlarger();
        await using var picture = File.OpenRead(input);
        await using var result = File.Create(output);
        var done = await enlarger.EnlargeAsync(picture, result, new EnlargeOptions { Scale = 2 });
        Console.WriteLine($"{done.Source.Width}x{done.Source.Height} became {done.Result.Width}x{done.Result.Height}.");
    }
}
