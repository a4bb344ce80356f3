using Enlarger;
using Enlarger.Server.Commands;
using Enlarger.Server.Decoding;

if (args is [DecodingProgram.Argument, var serverId])
{
    // Started by the server alone, so it is no command; and before anything else, so that it starts fast.
    return DecodingProgram.Run(serverId);
}

// Before any other file is opened.
var streams = ConsoleStreams.OfThisProcess();
if (args is ["upscale" or "serve", ..])
{
    // While the arguments are read, which takes as long; whoever waits for it meets what may go wrong.
    _ = new ImageEnlarger().PrepareAsync();
}

return await CommandLine.RunAsync(args, streams, CancellationToken.None);
