using System.Net.Sockets;
using Enlarger.Inference;
using Enlarger.Server.Storage;
using Microsoft.AspNetCore.Connections;

namespace Enlarger.Server.Commands;

/// <summary>Says in a sentence why the server did not start.</summary>
internal static class ServeFailures
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
        ModelException or SettingsException or StorageException => error.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{Addresses(options)} is in use by another program; choose another with {Options(options)}.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } =>
            $"This user may not listen on {Addresses(options)}; ports below 1024 are for the system.",
        SocketException or IOException { InnerException: SocketException } =>
            $"{Addresses(options)} is no address of this machine.",
        _ when ErrorMessages.IsOfFileSystem(error) =>
            $"The data folder {options.DataFolder} cannot be used: {ErrorMessages.Reason(error)}.",
        _ => null,
    };

    private static string Addresses(ServerOptions options) =>
        string.Join(" or ", options.Urls.Concat(options.AdminUrls));

    private static string Options(ServerOptions options) =>
        options.AdminUrls.Count == 0 ? "--urls" : "--urls or --admin-urls";
}
