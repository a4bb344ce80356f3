using Enlarger.Server.Commands;

return await CommandLine.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
