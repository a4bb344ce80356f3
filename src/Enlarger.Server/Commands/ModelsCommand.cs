using System.CommandLine;
using System.CommandLine.Completions;
using Enlarger.Inference;
using Enlarger.Models;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger models</c>: what can be written after <c>-m</c>.</summary>
internal static class ModelsCommand
{
    public const string Examples = """
        Examples:
          enlarger models                  a line for each model
          enlarger models show photo       its card: training, licence, figures
          enlarger models list --json      the same for scripts
        """;

    public static Command Make(ConsoleStreams streams, ModelStore models)
    {
        var json = new Option<bool>("--json") { Description = "Print a line of JSON for each model." };
        var name = new Argument<string>("NAME") { Description = "A model's name, or the path of an ONNX file." };
        name.CompletionSources.Add(_ => Names(models));

        var list = new Command("list", "List the models that have names.") { json };
        list.SetAction(result => List(streams, models, result.GetValue(json)));
        var show = new Command("show", "Print the card of a model.") { name, json };
        show.SetAction(result => Show(streams, models, result.GetRequiredValue(name), result.GetValue(json)));

        var command = new Command("models", "List the models, or show one of them.") { list, show, json };
        command.SetAction(result => List(streams, models, result.GetValue(json)));
        return command;
    }

    /// <summary>The names, for shell completion.</summary>
    public static IEnumerable<CompletionItem> Names(ModelStore models) =>
        models.List().Select(model => new CompletionItem(model.Name));

    /// <summary>The model of that name or path.</summary>
    /// <exception cref="UsageException">There is none, or its file cannot be used.</exception>
    public static Model Get(ModelStore models, string name, string commandPath)
    {
        try
        {
            return models.Get(name);
        }
        catch (ModelException error)
        {
            throw new UsageException(InputFiles.NameFault(name) ?? error.Message, commandPath);
        }
    }

    private static int List(ConsoleStreams streams, ModelStore models, bool json)
    {
        var all = models.List();
        var nameWidth = all.Max(model => model.Name.Length);
        var scalesWidth = all.Max(model => Scales(model).Length);
        foreach (var model in all)
        {
            streams.Out.WriteLine(json
                ? CommandJson.Line(ModelReport.Of(model))
                : $"{model.Name.PadRight(nameWidth)}  {Scales(model).PadRight(scalesWidth)}  {model.Summary}");
        }

        return CommandLine.Done;
    }

    private static int Show(ConsoleStreams streams, ModelStore models, string name, bool json)
    {
        var model = Get(models, name, "enlarger models");
        streams.Out.WriteLine(json ? CommandJson.Line(ModelReport.Of(model)) : model.Card.TrimEnd());
        return CommandLine.Done;
    }

    private static string Scales(Model model) =>
        model.Scales.Count == 0 ? "any" : string.Join(' ', model.Scales.Select(scale => $"{scale}x"));
}

/// <summary>A model, as scripts read it.</summary>
internal sealed record ModelReport(string Name, IReadOnlyList<int> Scales, string Summary, string Card)
{
    public static ModelReport Of(Model model) => new(model.Name, model.Scales, model.Summary, model.Card);
}
