using Stiefel.Keys;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Linux.Tests.Mounts;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Keys;

/// <summary>Keys that were lent to the ramdisk on a real file system are gone from it before anything listens; the image is searched for them. FAT is tried in a machine (BootEntryKeysTests).</summary>
public sealed class LentKeysWipeTests : IDisposable
{
    private const string Place = "/stiefel/0123456789abcdef/keys.img";

    private readonly ServerFiles _files = new();
    private readonly string _image;

    public LentKeysWipeTests()
    {
        _files.AddKey(EntryKeys.Name).Dispose();
        _files.AddKey("blue").Dispose();
        _image = _files.Path("partition.img");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Note => _files.Path("entry-place");

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("ext4")]
    [InlineData("xfs")]
    public async Task Start_OnTheDiskThatItCameFrom_HoldsNoKeyOnItAfterwards(string type)
    {
        Lend(type);
        Assert.All((string[])["stick", "blue", EntryKeys.Name], name => Assert.True(IsOnDisk(name)));
        using (var loop = new LoopDevice(_image))
        {
            WriteNote(new EntryKeysPlace(loop.Path, type, Place));
            await using var server = await RunningServer.StartAsync(_files);
            Assert.Single(server.Log.With($"the keys that were lent for this start are wiped from {Place}"));
            Assert.True(Mount.IsDeviceFree(loop.Path));
        }

        Assert.False(IsOnDisk("stick"));
        Assert.False(IsOnDisk("blue"));
        FileSystemImage.Populate(_image, _files.Path(""), directory => Assert.Equal(EntryKeys.OfMenu(_files.Keys), File.ReadAllBytes(directory + Place)));
        await ExternalProgram.RunAsync(type == "xfs" ? "xfs_repair" : "e2fsck", [.. type == "xfs" ? Array.Empty<string>() : ["-f"], "-n", _image], token: Token);
    }

    /// <summary>The laptop is needed, so it serves; and it does not try again when a desktop may have the disk.</summary>
    [Theory]
    [InlineData("/dev/absent", "ext4", Place, "mount(")]
    [InlineData("LOOP", "xfs", Place, "mount(")]
    [InlineData("LOOP", "ext4", "/stiefel/absent/keys.img", "Could not find")]
    public async Task Start_KeysCannotBeWiped_SaysSoAndServes(string partition, string type, string file, string why)
    {
        Lend("ext4");
        using var loop = new LoopDevice(_image);
        WriteNote(new EntryKeysPlace(partition == "LOOP" ? loop.Path : partition, type, file));
        await using (var server = await RunningServer.StartAsync(_files))
        {
            var line = Assert.Single(server.Log.With($"the keys that were lent for this start still lie in {file} on the laptop's disk"));
            Assert.StartsWith("Warning: ", line, StringComparison.Ordinal);
            Assert.Contains(why, line, StringComparison.Ordinal);
            Assert.Single(server.Log.With("phase serving"));
        }

        Assert.True(Mount.IsDeviceFree(loop.Path));
        Assert.False(File.Exists(Note));
        Assert.True(IsOnDisk("blue"));
    }

    /// <summary>A system that sleeps on the disk has the partition mounted in its memory.</summary>
    [Fact]
    public async Task Start_SystemSleepsOnTheDisk_TouchesNothing()
    {
        Lend("ext4");
        using var loop = new LoopDevice(_image);
        using (var disk = File.OpenHandle(_files.Disk, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(disk, "S1SUSPEND\0"u8, 4086);
        }

        WriteNote(new EntryKeysPlace(loop.Path, "ext4", Place));
        await using var server = await RunningServer.StartAsync(_files);
        Assert.Contains("holds a hibernated system", Assert.Single(server.Log.With("still lie in")), StringComparison.Ordinal);
        Assert.True(IsOnDisk("blue"));
    }

    [Fact]
    public async Task Start_FromTheMenu_SaysWhichKeyIsAccepted()
    {
        File.Delete(Path.Combine(_files.Keys, "stick.key"));
        File.Delete(Path.Combine(_files.Keys, "blue.key"));
        await using var server = await RunningServer.StartAsync(_files);
        Assert.Single(server.Log.With("started from the boot menu: only the key boot-menu is accepted"));
    }

    // As set-up and autokexec do: the file has its length from the beginning, and is overwritten.
    private void Lend(string type)
    {
        FileSystemImage.Make(_image, type);
        FileSystemImage.Populate(_image, _files.Path(""), directory =>
        {
            Directory.CreateDirectory(Path.GetDirectoryName(directory + Place)!);
            File.WriteAllBytes(directory + Place, EntryKeys.OfMenu(_files.Keys));
            ExternalProgram.Run("sync", ["-f", directory]);
            EntryKeys.Overwrite(directory + Place, EntryKeys.OfAll(Directory.GetFiles(_files.Keys), new EntryKeysPlace("PARTUUID=1", type, Place)));
        });
    }

    private void WriteNote(EntryKeysPlace place) => File.WriteAllBytes(Note, place.ToBytes());

    private bool IsOnDisk(string name) => File.ReadAllBytes(_image).AsSpan().IndexOf(File.ReadAllBytes(Path.Combine(_files.Keys, name + ".key"))) >= 0;
}
