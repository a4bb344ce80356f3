using System.Collections.Concurrent;
using System.Text;
using Enlarger.Server.Accounts;
using Enlarger.Server.Storage;

namespace Enlarger.Tests.Accounts;

public sealed class KeyRingTests : IDisposable
{
    private readonly Books _books = new();

    public void Dispose() => _books.Dispose();

    [Fact]
    public void A_key_is_found_with_its_limits_and_nowhere_on_the_disk()
    {
        var key = _books.Keys.Add("alice", 12, 34, 5);
        var account = _books.Keys.Find(key)!;

        Assert.Equal(("alice", 12L, 34, 5),
            (account.Name, account.Balance, account.RatePerMinute, account.ConcurrentMax));
        Assert.StartsWith(KeyRing.Prefix, key, StringComparison.Ordinal);
        _books.Database.Dispose();
        var files = Directory.EnumerateFiles(_books.Folder.Root, "*", SearchOption.AllDirectories).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.DoesNotContain(
            key[KeyRing.Prefix.Length..], Encoding.Latin1.GetString(File.ReadAllBytes(file))));
    }

    [Fact]
    public void Only_the_whole_key_is_a_key()
    {
        var key = _books.Keys.Add("alice", 1, 1, 1);

        Assert.All(
            [key[..^1], key + "0", key.ToUpperInvariant(), " " + key, "", key.Replace('_', '-')],
            other => Assert.Null(_books.Keys.Find(other)));
    }

    [Fact]
    public void Keys_differ() =>
        Assert.Equal(50, Enumerable.Range(0, 50).Select(i => _books.Keys.Add($"{i}", 0, 1, 1)).Distinct().Count());

    [Fact]
    public void A_name_is_used_once_also_after_its_key_was_revoked()
    {
        _books.Keys.Add("alice", 1, 1, 1);

        Assert.Contains("\"alice\"", Refusal(() => _books.Keys.Add("alice", 1, 1, 1)));
        _books.Keys.Revoke("alice");
        Refusal(() => _books.Keys.Add("alice", 1, 1, 1));

        Assert.Single(_books.Keys.List());
        Assert.Empty(_books.Audit());
    }

    [Theory, InlineData(""), InlineData(" a"), InlineData("a\nb"), InlineData("a\u0007")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void A_name_fits_a_line(string name) => Refusal(() => _books.Keys.Add(name, 1, 1, 1));

    [Fact]
    public void A_key_that_another_process_revokes_is_refused_at_once()
    {
        var key = _books.Keys.Add("alice", 1, 1, 1);
        Assert.NotNull(_books.Keys.Find(key));

        using (var other = new Database(_books.Folder))
        {
            new KeyRing(other, _books.Time).Revoke("alice");
        }

        Assert.Null(_books.Keys.Find(key));
        Assert.Equal(_books.Time.GetUtcNow(), Assert.Single(_books.Keys.List()).Revoked);
    }

    [Fact]
    public void Revoking_again_changes_nothing()
    {
        var at = _books.Time.GetUtcNow();
        _books.Keys.Add("alice", 1, 1, 1);
        _books.Keys.Revoke("alice");
        _books.Time.Advance(TimeSpan.FromDays(1));
        _books.Keys.Revoke("alice");

        Assert.Equal(at, Assert.Single(_books.Keys.List()).Revoked);
    }

    [Fact]
    public void Grants_add_up()
    {
        var account = _books.Open("alice", 5);

        Assert.Equal(12, _books.Keys.Grant("alice", 7));

        Assert.Equal(12, _books.Keys.Balance(account));
        Assert.Empty(_books.Audit());
    }

    [Fact]
    public void Who_cannot_use_credits_gets_none()
    {
        var account = _books.Open("alice", 5);
        _books.Keys.Revoke("alice");

        Assert.Contains("revoked", Refusal(() => _books.Keys.Grant("alice", 1)));
        Assert.Contains("\"bob\"", Refusal(() => _books.Keys.Grant("bob", 1)));
        Assert.Contains("\"bob\"", Refusal(() => _books.Keys.Revoke("bob")));
        Assert.Equal(5, _books.Keys.Balance(account));
    }

    [Fact]
    public void A_balance_stays_a_number_that_every_client_can_read()
    {
        _books.Open("alice", 999_999_999_999_999);

        Assert.Equal(1_000_000_000_000_000, _books.Keys.Grant("alice", 1));
        Refusal(() => _books.Keys.Grant("alice", 1));
    }

    [Fact]
    public async Task Of_servers_that_start_at_once_one_makes_the_first_key()
    {
        using var other = new Database(_books.Folder);
        var rings = new[] { _books.Keys, new KeyRing(other, _books.Time) };

        var keys = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => rings[i % 2].AddFirst(keys.Add))));

        Assert.Equal(KeyRing.FirstName, _books.Keys.Find(Assert.Single(keys))!.Name);
        Assert.Single(_books.Keys.List());
    }

    [Fact]
    public void A_first_key_that_could_not_be_shown_is_made_by_the_next_start()
    {
        Assert.Throws<IOException>(() => _books.Keys.AddFirst(_ => throw new IOException("The pipe is closed.")));
        Assert.Empty(_books.Keys.List());

        var keys = new List<string>();
        _books.Keys.AddFirst(keys.Add);
        _books.Keys.AddFirst(keys.Add);

        Assert.NotNull(_books.Keys.Find(Assert.Single(keys)));
    }

    private static string Refusal(Action deed) => Assert.Throws<KeyException>(deed).Message;
}
