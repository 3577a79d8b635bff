using System.Security.Cryptography;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;

namespace Stiefel.Keys.Tests;

/// <summary>The archive of keys beside the ramdisk of a laptop's boot entry.</summary>
public sealed class EntryKeysTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("stiefel-test-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Content_OfEitherKind_IsAnArchiveAndZeros()
    {
        var (menu, blue) = (Make(EntryKeys.Name), Make("blue"));
        string[] directories = ["etc", "etc/stiefel"];
        Assert.Equal([.. directories, "etc/stiefel/keys", "etc/stiefel/keys/boot-menu.key"], await ListAsync(EntryKeys.OfMenu(_directory)));
        Assert.Equal(
            [.. directories, "etc/stiefel/entry-place", "etc/stiefel/keys", "etc/stiefel/keys/blue.key", "etc/stiefel/keys/boot-menu.key"],
            await ListAsync(EntryKeys.OfAll([blue, menu], new EntryKeysPlace("PARTUUID=1", "vfat", "/a"))));
    }

    [Fact]
    public async Task Content_MenuHasNoUsableKey_HoldsNone()
    {
        var none = EntryKeys.OfMenu(_directory);
        Assert.Equal(["etc", "etc/stiefel", "etc/stiefel/keys"], await ListAsync(none));
        File.SetUnixFileMode(Make(EntryKeys.Name), (UnixFileMode)0x1A4);
        Assert.Equal(none, EntryKeys.OfMenu(_directory));
    }

    [Fact]
    public void Content_OfFarTooManyKeys_IsRefused()
    {
        var key = Make("blue");
        Assert.Contains($"more than {SharedKey.MaxAccepted} keys", Assert.Throws<KeyFileException>(() => EntryKeys.OfAll(Enumerable.Repeat(key, 400), new EntryKeysPlace("", "", "/"))).Message, StringComparison.Ordinal);
    }

    /// <summary>A longer file, which an older version wrote, must not keep its end.</summary>
    [Theory]
    [InlineData(100)]
    [InlineData(EntryKeys.Size)]
    [InlineData(EntryKeys.Size + 777)]
    public void Overwrite_FileOfAnyLength_LeavesNothingOfWhatItHeld(int length)
    {
        var (file, content) = (Path.Combine(_directory, "keys.img"), EntryKeys.OfMenu(_directory));
        var before = RandomNumberGenerator.GetBytes(length);
        File.WriteAllBytes(file, before);
        Assert.False(EntryKeys.Holds(before, content));

        EntryKeys.Overwrite(file, content);

        var after = File.ReadAllBytes(file);
        Assert.Equal(Math.Max(length, EntryKeys.Size), after.Length);
        Assert.True(EntryKeys.Holds(after, content));
        after[^1] = 1;
        Assert.False(EntryKeys.Holds(after, content));
    }

    [Fact]
    public void Overwrite_NoSuchFile_MakesNone()
    {
        var file = Path.Combine(_directory, "none");
        Assert.Throws<FileNotFoundException>(() => EntryKeys.Overwrite(file, new byte[512]));
        Assert.False(File.Exists(file));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PARTUUID=1\nvfat\n")]
    [InlineData("PARTUUID=1\nvfat\nEFI/stiefel\n")]
    [InlineData("PARTUUID=1\nvfat\n/EFI/stiefel\nmore\n")]
    public void Place_Damaged_IsRefused(string text)
    {
        var note = Path.Combine(_directory, "entry-place");
        File.WriteAllBytes(note, new EntryKeysPlace("PARTUUID=1", "vfat", "/EFI/stiefel").ToBytes());
        Assert.Equal(new EntryKeysPlace("PARTUUID=1", "vfat", "/EFI/stiefel"), EntryKeysPlace.Read(note));
        File.WriteAllText(note, text);
        Assert.Throws<InvalidDataException>(() => EntryKeysPlace.Read(note));
    }

    private static async Task<IEnumerable<string>> ListAsync(byte[] content)
    {
        Assert.Equal(EntryKeys.Size, content.Length);
        using var input = new MemoryStream(content);
        return (await ExternalProgram.RunAsync("cpio", ["-t", "--quiet"], new ExternalProgramOptions { Input = input }, Token)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private string Make(string name)
    {
        var file = KeyFiles.FileOf(_directory, name);
        File.WriteAllBytes(file, RandomNumberGenerator.GetBytes(SharedKey.Size));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }
}
