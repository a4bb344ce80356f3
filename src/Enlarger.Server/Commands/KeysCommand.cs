using System.CommandLine;
using System.Globalization;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;

namespace Enlarger.Server.Commands;

/// <summary><c>enlarger keys</c>: who may use the server, whether or not it is running.</summary>
internal static class KeysCommand
{
    public const string Examples = """
        Examples:
          enlarger keys add alice                       prints a new key; it cannot be shown again
          enlarger keys add bob --credits 500 --rate 60
          enlarger keys list                            names, credits and limits
          enlarger keys grant bob 1000                  more credits
          enlarger keys revoke bob                      refused from the next request on
        """;

    // More than one request in 60 microseconds is no limit any more.
    private const int RateMax = 1_000_000;

    // More connections than a server takes.
    private const int ConcurrentMax = 10_000;

    public static Command Make(ConsoleStreams streams, TimeProvider time)
    {
        var data = SharedOptions.Data();
        data.Recursive = true;
        return new Command("keys", "Make, list and revoke the keys of the server.")
        {
            MakeAdd(streams, time, data),
            MakeList(streams, time, data),
            MakeGrant(streams, time, data),
            MakeRevoke(time, data),
            data,
        };
    }

    private static Command MakeAdd(ConsoleStreams streams, TimeProvider time, Option<string> data)
    {
        var name = new Argument<string>("NAME") { Description = "Whose key it is, as lists and logs show it." };
        var credits = SharedOptions.Ranged(
            "--credits", null, "Credits at the start; a picture costs 1, unless settings say otherwise.",
            0, KeyRing.GrantMax);
        credits.DefaultValueFactory = _ => KeyRing.CreditsDefault;
        var rate = SharedOptions.Ranged("--rate", null, "Requests a minute.", 1, RateMax);
        rate.DefaultValueFactory = _ => KeyRing.RatePerMinuteDefault;
        var concurrent = SharedOptions.Ranged("--concurrent", null, "Requests at once.", 1, ConcurrentMax);
        concurrent.DefaultValueFactory = _ => KeyRing.ConcurrentMaxDefault;
        var command = new Command("add", "Make a key and print it. It is stored as a hash and cannot be shown again.")
        {
            name, credits, rate, concurrent,
        };
        command.SetAction(result =>
        {
            using var database = new Database(Folder(result.GetValue(data)));
            new KeyRing(database, time).Add(
                result.GetRequiredValue(name),
                result.GetValue(credits)!.Value,
                result.GetValue(rate)!.Value,
                result.GetValue(concurrent)!.Value,
                streams.Out.WriteLine);
            return CommandLine.Done;
        });
        return command;
    }

    private static Command MakeList(ConsoleStreams streams, TimeProvider time, Option<string> data)
    {
        var json = new Option<bool>("--json") { Description = "Print a line of JSON for each key." };
        var command = new Command("list", "List the keys by their names, with credits and limits.") { json };
        command.SetAction(result =>
        {
            using var database = Database.OpenForReading(Existing(result.GetValue(data)));
            var keys = new KeyRing(database, time).List();
            foreach (var line in result.GetValue(json) ? keys.Select(Json) : Table(keys))
            {
                streams.Out.WriteLine(line);
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static Command MakeGrant(ConsoleStreams streams, TimeProvider time, Option<string> data)
    {
        var name = new Argument<string>("NAME") { Description = "The key's name." };
        var credits = new Argument<int>("N")
        {
            Description = "Credits to add.",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
                    && n is >= 1 and <= KeyRing.GrantMax)
                {
                    return n;
                }

                result.AddError($"N must be a whole number from 1 to {KeyRing.GrantMax}.");
                return 0;
            },
        };
        var command = new Command("grant", "Give a key more credits, and print how many it then has.")
        {
            name, credits,
        };
        command.SetAction(result =>
        {
            using var database = new Database(Existing(result.GetValue(data)));
            var balance = new KeyRing(database, time).Grant(
                result.GetRequiredValue(name), result.GetRequiredValue(credits));
            streams.Out.WriteLine(balance.ToString(CultureInfo.InvariantCulture));
            return CommandLine.Done;
        });
        return command;
    }

    private static Command MakeRevoke(TimeProvider time, Option<string> data)
    {
        var name = new Argument<string>("NAME") { Description = "The key's name." };
        var command = new Command("revoke", "Refuse a key from now on, also where a server is running.") { name };
        command.SetAction(result =>
        {
            using var database = new Database(Existing(result.GetValue(data)));
            new KeyRing(database, time).Revoke(result.GetRequiredValue(name));
            return CommandLine.Done;
        });
        return command;
    }

    private static DataFolder Folder(string? data) => new(data ?? DataFolder.Default());

    // A typing error in the name of the folder must not make one.
    private static DataFolder Existing(string? data) => DataFolder.OfExisting(data ?? DataFolder.Default());

    private static IEnumerable<string> Table(IReadOnlyList<KeyEntry> keys)
    {
        var rows = keys.Select(key => (string[])
        [
            key.Name,
            Invariant($"{key.Credits:N0} credits"),
            Invariant($"{key.RatePerMinute:N0} a minute"),
            Invariant($"{key.ConcurrentMax:N0} at once"),
            Invariant($"since {key.Created:yyyy-MM-dd}"),
            key.Revoked is { } revoked ? Invariant($"revoked {revoked:yyyy-MM-dd}") : "",
        ]).ToList();
        return rows.Select(row => string.Join(
            "  ", row.Select((cell, i) => Align(cell, rows.Max(other => other[i].Length), i))).TrimEnd());

        // Numbers to the right, below each other.
        static string Align(string cell, int width, int column) =>
            column is >= 1 and <= 3 ? cell.PadLeft(width) : cell.PadRight(width);
    }

    private static string Json(KeyEntry key) => CommandJson.Line(
        new KeyReport(key.Name, key.Credits, key.RatePerMinute, key.ConcurrentMax, key.Created, key.Revoked));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>A key, as scripts read it.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Credits">What is left, without what running jobs have reserved.</param>
/// <param name="Rate">Requests a minute.</param>
/// <param name="Concurrent">Requests at once.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Revoked">Since when it is refused; null where it is not.</param>
internal sealed record KeyReport(
    string Name, long Credits, int Rate, int Concurrent, DateTimeOffset Created, DateTimeOffset? Revoked);
