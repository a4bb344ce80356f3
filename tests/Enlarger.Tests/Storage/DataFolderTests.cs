using Enlarger.Server;
using Enlarger.Server.Storage;

namespace Enlarger.Tests.Storage;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_that_we_make_is_its_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permission.");

        var folder = new DataFolder(_folder["deep/data"]);

        Assert.All(
            [folder.Root, folder.Results],
            path => Assert.Equal("700", OperatingSystem.IsWindows() ? "" : Octal(File.GetUnixFileMode(path))));
    }

    [Fact]
    public void A_folder_that_is_there_keeps_its_permissions()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permission.");
        if (!OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder["data"]);
            File.SetUnixFileMode(_folder["data"], (UnixFileMode)0b111_101_000);

            Assert.Equal("750", Octal(File.GetUnixFileMode(new DataFolder(_folder["data"]).Root)));
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_a_sentence()
    {
        File.WriteAllText(_folder["file"], "");

        var refusal = Assert.Throws<StorageException>(() => new DataFolder(_folder["file/data"]));

        Assert.Contains(_folder["file/data"], refusal.Message);
    }

    [Fact]
    public void One_server_at_a_time_has_the_folder()
    {
        var folder = new DataFolder(_folder.Root);
        using (folder.Lock())
        {
            Assert.Contains("Another server", Assert.Throws<StorageException>(folder.Lock).Message);
        }

        folder.Lock().Dispose();
    }

    [Fact]
    public async Task A_second_server_on_the_folder_does_not_start()
    {
        var options = new ServerOptions { DataFolder = _folder.Root, Urls = ["http://127.0.0.1:0"] };
        await using (WebServer.Build(options))
        {
            Assert.Contains(_folder.Root, Assert.Throws<StorageException>(() => WebServer.Build(options)).Message);
        }

        await using var next = WebServer.Build(options);
        Assert.NotNull(next);
    }

    [Fact]
    public void Asking_for_a_folder_makes_none()
    {
        var error = Assert.Throws<StorageException>(() => DataFolder.OfExisting(_folder["data"]));
        Assert.StartsWith($"There are no keys in {_folder["data"]}. ", error.Message);
        Assert.False(Directory.Exists(_folder["data"]));
        new Database(new DataFolder(_folder["data"])).Dispose();
        Assert.Equal(_folder["data"], DataFolder.OfExisting(_folder["data"]).Root);
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);
}
