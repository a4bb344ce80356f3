using System.Net.Sockets;
using System.Text.RegularExpressions;
using Enlarger.Inference;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Enlarger.Server.Commands;

/// <summary>Says in a sentence why the server did not start.</summary>
internal static partial class ServeFailures
{
    public static T Explain<T>(Func<T> start, ServerOptions options)
    {
        try
        {
            return start();
        }
        catch (Exception error) when (Sentence(error, options) is { } sentence)
        {
            throw new CommandException(sentence);
        }
    }

    public static async Task ExplainAsync(Func<Task> start, ServerOptions options)
    {
        try
        {
            await start();
        }
        catch (Exception error) when (Sentence(error, options) is { } sentence)
        {
            throw new CommandException(sentence);
        }
    }

    private static string? Sentence(Exception error, ServerOptions options) => error switch
    {
        OptionsValidationException invalid =>
            $"A setting is wrong: {FieldName().Replace(string.Join("; ", invalid.Failures).TrimEnd('.'), FullName)}.",
        InvalidDataException => "settings.json in the data folder is not valid JSON.",
        InvalidOperationException when WrongValue().Match(error.Message) is { Success: true } match =>
            $"The setting {match.Groups["key"].Value} cannot be \"{match.Groups["value"].Value}\".",
        InvalidOperationException when UnknownNames().Match(error.Message) is { Success: true } match =>
            $"There is no setting {match.Groups["names"].Value.Replace("'", "\"", StringComparison.Ordinal)} "
            + $"in {Section(match)}.",
        ModelException => error.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{Addresses(options)} is in use by another program; choose another with --urls.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"This user may not listen on {Addresses(options)}; ports below 1024 are for the system.",
        SocketException or IOException { InnerException: SocketException } =>
            $"{Addresses(options)} is no address of this machine.",
        _ when Explanation.IsOfFileSystem(error) =>
            $"The data folder {options.DataFolder} cannot be used: {Explanation.Reason(error)}.",
        _ => null,
    };

    private static string FullName(Match match) => $"{Section(match)}:{match.Groups["name"].Value}";

    // JobSettings are those under Jobs.
    private static string Section(Match match)
    {
        var type = match.Groups["type"].Value;
        return WebServer.Sections.First(section => section.StartsWith(type, StringComparison.Ordinal));
    }

    private static string Addresses(ServerOptions options) => string.Join(" or ", options.Urls);

    // What the validator puts before "must be between 1 and 64".
    [GeneratedRegex(
        @"\w+: The field (?<type>\w+)Settings\.(?<name>\w+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex FieldName();

    // The two complaints of the configuration binder, which has no types of its own for them.
    [GeneratedRegex(
        "value '(?<value>[^']*)' at '(?<key>[^']+)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WrongValue();

    [GeneratedRegex(
        @"not found on the instance of [\w.]*?(?<type>\w+?)Settings: (?<names>.+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnknownNames();
}
