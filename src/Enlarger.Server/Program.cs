using Enlarger;
using Enlarger.Server.Commands;

if (args is ["upscale" or "serve", ..])
{
    // While the arguments are read, which takes as long; whoever waits for it meets what may go wrong.
    _ = new ImageEnlarger().PrepareAsync();
}

return await CommandLine.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
