using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Enlarger.Models;

namespace Enlarger.Server.Commands;

/// <summary>The commands of <c>enlarger</c>, and how each of them ends.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    private const string Name = "enlarger";

    // Names of pictures may begin with @, which would otherwise mean a file of arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    private const string Examples = """
        Examples:
          enlarger upscale photo.jpg                 writes photo@4x.jpg beside it
          enlarger upscale photos -o large -s 2      a whole folder, twice as large
          enlarger models                            what there is to choose from
          enlarger serve                             the same for programs, as an HTTP server
          enlarger upscale --help                    all options of a command
        """;

    public static async Task<int> RunAsync(string[] arguments, ConsoleStreams streams, CancellationToken cancel)
    {
        using var interrupt = new Interrupt(cancel);
        try
        {
            var result = MakeRoot(streams, arguments).Parse(arguments, Parsing);
            if (result.Action is ParseErrorAction)
            {
                throw new UsageException(result.Errors[0].Message, CommandPath(result));
            }

            var configuration = new InvocationConfiguration
            {
                Output = streams.Out,
                Error = streams.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await result.InvokeAsync(configuration, interrupt.Token);
        }
        catch (UsageException error)
        {
            await streams.Error.WriteLineAsync($"enlarger: {error.Message} See {error.CommandPath} --help.");
            return WrongUsage;
        }
        catch (OperationCanceledException) when (interrupt.Token.IsCancellationRequested)
        {
            return interrupt.ExitCode;
        }
        catch (Exception error)
        {
            await streams.Error.WriteLineAsync($"enlarger: {ErrorMessages.Of(error)}");
            return Failed;
        }
    }

    private static RootCommand MakeRoot(ConsoleStreams streams, string[] arguments)
    {
        var models = new ModelStore();
        (string Name, string Examples, Func<Command> Make)[] commands =
        [
            ("upscale", UpscaleCommand.Examples, () => new UpscaleCommand(streams, models)),
            ("serve", ServeCommand.Examples, () => new ServeCommand(streams)),
            ("models", ModelsCommand.Examples, () => ModelsCommand.Make(streams, models)),
            ("compare", CompareCommand.Examples, () => CompareCommand.Make(streams)),
            ("reduce", ReduceCommand.Examples, () => ReduceCommand.Make(streams)),
            ("bench", BenchCommand.Examples, () => new BenchCommand(streams, models)),
            ("keys", KeysCommand.Examples, () => KeysCommand.Make(streams, TimeProvider.System)),
        ];
        // Making a command takes milliseconds, and a line that begins with one needs no other.
        var named = Array.Exists(commands, command => arguments.Length > 0 && command.Name == arguments[0]);
        var root = new RootCommand("Enlarges pictures with small neural networks on an ordinary CPU.");
        var examples = new Dictionary<string, string>(StringComparer.Ordinal) { [root.Name] = Examples };
        foreach (var (name, lines, make) in commands)
        {
            if (!named || name == arguments[0])
            {
                root.Subcommands.Add(make());
                examples[name] = lines;
            }
        }

        // Shells pass the whole line to be completed, with the name that was typed.
        root.Aliases.Add(Name);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, examples);
        return root;
    }

    private static string CommandPath(ParseResult result)
    {
        var path = Name;
        for (var at = result.CommandResult; at.Command is not RootCommand; at = (CommandResult)at.Parent!)
        {
            path = path.Insert(Name.Length, $" {at.Command.Name}");
        }

        return path;
    }

    private sealed class HelpWithExamples(HelpAction help, IReadOnlyDictionary<string, string> examples)
        : SynchronousCommandLineAction
    {
        // Help answers also where something else on the line is wrong.
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            // The library calls the program by the name of its file, which is not what people type.
            var output = parseResult.InvocationConfiguration.Output;
            using var text = new StringWriter();
            parseResult.InvocationConfiguration.Output = text;
            var code = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output = output;
            var fileName = $"  {RootCommand.ExecutableName}";
            output.Write(text.ToString().Replace(fileName, $"  {Name}", StringComparison.Ordinal));

            if (examples.TryGetValue(parseResult.CommandResult.Command.Name, out var lines))
            {
                output.WriteLine(lines);
            }

            return code;
        }
    }
}
