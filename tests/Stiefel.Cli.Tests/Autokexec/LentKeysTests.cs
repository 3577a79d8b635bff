using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;
using Stiefel.Keys;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Mounts;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Keys;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>The keys beside the ramdisk of set-up's boot entry: all of them from just before a start that is ordered once, that of the menu at all other times.</summary>
public sealed class LentKeysTests : IDisposable
{
    private const string Place = "/boot/grub/stiefel/0123456789abcdef/keys.img";

    private readonly TemporaryDirectory _laptop = new();
    private readonly KeyDirectory _keys;
    private readonly List<string> _said = [];
    private (MountEntry, bool)? _mount;
    private string? _partition = "6c1e0d2a-01";

    public LentKeysTests()
    {
        _keys = new KeyDirectory(_laptop["etc/stiefel/keys"]);
        Directory.CreateDirectory(_laptop["etc/stiefel"]);
        _keys.Create(EntryKeys.Name, SharedKey.OldSize);
        _keys.Create("blue");
        _keys.Create("red");
        Directory.CreateDirectory(_laptop["var/lib/stiefel"]);
        File.CreateSymbolicLink(_laptop[EntryKeys.Link[1..]], Place);
        PrivateFile.Create(Prepare(_laptop[Place[1..]]), EntryKeys.OfMenu(_keys.Path), "is there");
        _mount = (new MountEntry(_laptop["boot"], "ext4", "/dev/sda2"), true);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Archive => _laptop[Place[1..]];

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public async Task Leave_ByTheEntry_OrdersItWhenTheKeysAreThere()
    {
        byte[] ordered = [];
        var entry = new Entry { Ordering = () => ordered = Read() };
        var departure = Departure(entry, _ => null);
        Assert.Equal(
            ["would put 3 keys beside the ramdisk of the boot entry, which wipes them there", "would select for the next start: an entry", "would run: systemctl reboot"],
            departure.Describe("good").TakeLast(3));
        AssertMenuAlone();

        await departure.LeaveAsync("good", Token);

        Assert.All(Secrets("blue", "red", EntryKeys.Name), secret => Assert.True(ordered.AsSpan().IndexOf(secret) > 0));
        Assert.Equal(ordered, Read());
        using var input = new MemoryStream(ordered);
        var listing = await ExternalProgram.RunAsync("cpio", ["-t", "-v", "-n", "--quiet"], new ExternalProgramOptions { Input = input }, Token);
        Assert.Contains(listing.Lines, line => line.StartsWith("-rw-------", StringComparison.Ordinal) && line.EndsWith(" etc/stiefel/keys/blue.key", StringComparison.Ordinal));
        Assert.True(ordered.AsSpan().IndexOf("etc/stiefel/entry-place\0"u8) > 0);
        Assert.True(ordered.AsSpan().IndexOf("PARTUUID=6c1e0d2a-01\next4\n/grub/stiefel/0123456789abcdef/keys.img\n"u8) > 0);
    }

    [Theory]
    [InlineData("order")]
    [InlineData("reboot")]
    [InlineData("cancel")]
    public async Task Leave_EndsInStaying_LeavesTheKeyOfTheMenuAlone(string fails)
    {
        var entry = new Entry { Ordering = () => { if (fails == "order") { throw new IOException("no space left in the firmware"); } } };
        using var cancel = new CancellationTokenSource();
        var departure = Departure(entry, arguments =>
        {
            Assert.True(Read().AsSpan().IndexOf(Secrets("blue").Single()) > 0 || arguments[0] != "reboot");
            return arguments[0] != "reboot" ? null : fails == "cancel" ? new OperationCanceledException() : new LinuxException("connect", Errno.ECONNREFUSED);
        });

        await Assert.ThrowsAnyAsync<Exception>(() => departure.LeaveAsync("good", cancel.Token));

        AssertMenuAlone();
        Assert.Contains("take back", entry.Calls);
    }

    /// <summary>systemd has begun to stop everything although it did not answer: the ramdisk is next.</summary>
    [Fact]
    public async Task Leave_SystemdIsStoppingAlready_KeepsTheKeysThere()
    {
        var departure = Departure(new Entry(), arguments => arguments[0] == "reboot" ? new LinuxException("connect", Errno.ECONNREFUSED) : null, "stopping\n");
        await Assert.ThrowsAsync<LinuxException>(() => departure.LeaveAsync("good", Token));
        Assert.True(Read().AsSpan().IndexOf(Secrets("blue").Single()) > 0);
    }

    [Theory]
    [InlineData(EntryKeys.Size)]
    [InlineData(700)]
    public void TakeBack_AfterTheProgramWasKilled_WipesWhatItHadLent(int written)
    {
        var killed = Lent();
        killed.Lend(new Entry());
        var whole = Read();
        killed.Dispose();
        EntryKeys.Overwrite(Archive, [.. whole[..written], .. EntryKeys.OfMenu(_keys.Path)[written..]]);

        Assert.True(Lent().TakeBack());
        AssertMenuAlone();
        Assert.Contains("are wiped from", Assert.Single(_said), StringComparison.Ordinal);
        Assert.False(Lent().TakeBack());
    }

    /// <summary>A service that restarts while `serve-now` leaves must not wipe the keys of its ramdisk.</summary>
    [Fact]
    public void TakeBack_WhileAnotherProcessLeaves_TouchesNothing()
    {
        var leaving = Lent();
        leaving.Lend(new Entry());
        var lent = Read();
        Assert.False(Lent().TakeBack());
        Assert.Throws<IOException>(() => EntryKeys.Overwrite(Archive, new byte[1]));
        Assert.Equal(lent, Read());
        Assert.True(leaving.TakeBack());
        AssertMenuAlone();
    }

    /// <summary>The room was reserved by set-up, so neither lending nor wiping takes any, and no block is left behind.</summary>
    [Fact]
    public void Lend_AsManyKeysAsAServerAccepts_KeepsTheFilesLength()
    {
        for (var number = 3; number < SharedKey.MaxAccepted; number++)
        {
            _keys.Create($"{number}".PadLeft(KeyFiles.MaxNameLength, 'x'));
        }

        var lent = Lent();
        lent.Lend(new Entry());
        Assert.Equal(EntryKeys.Size, new FileInfo(Archive).Length);
        Assert.All(Secrets([.. _keys.List()]), secret => Assert.True(Read().AsSpan().IndexOf(secret) > 0));
        Assert.True(lent.TakeBack());
        AssertMenuAlone();
    }

    [Theory]
    [InlineData("btrfs", true, "6c1e0d2a-01", "is not on a plain FAT, ext or xfs partition")]
    [InlineData("ext4", false, "6c1e0d2a-01", "is not on a plain FAT, ext or xfs partition")]
    [InlineData("ext4", true, null, "is not on a plain FAT, ext or xfs partition")]
    public async Task Check_WhereTheRamdiskCouldNotWipeThem_RefusesToLeave(string type, bool isPartition, string? partition, string why)
    {
        (_mount, _partition) = ((new MountEntry("/", type, "/dev/x"), isPartition), partition);
        await AssertRefusedAsync(why);
    }

    [Fact]
    public async Task Check_OthersCouldReadThem_RefusesToLeave()
    {
        File.SetUnixFileMode(Archive, (UnixFileMode)0x1A4);
        File.SetUnixFileMode(_laptop.Path, (UnixFileMode)0x1ED);
        await AssertRefusedAsync("mount that partition with umask=0077");

        // A directory that nobody else can pass is enough.
        File.SetUnixFileMode(_laptop.Path, (UnixFileMode)0x1C0);
        Assert.Equal(3, Lent().Check(new Entry()));
    }

    [Fact]
    public async Task Check_NoRoomOrNoKey_RefusesToLeave()
    {
        _keys.List().ToList().ForEach(name => File.Delete(Path.Combine(_keys.Path, name + ".key")));
        await AssertRefusedAsync("holds no key that the server can use");
        File.WriteAllBytes(Archive, new byte[512]);
        await AssertRefusedAsync("has no room for the keys");
    }

    [Fact]
    public void Lend_ToAnEntryMadeByHand_WritesNothing()
    {
        var lent = Lent();
        lent.Lend(new Entry { IsByHand = true });
        Assert.Null(lent.Check(new Entry { IsByHand = true }));
        AssertMenuAlone();

        // A laptop that an older version set up has no such link.
        File.Delete(_laptop[EntryKeys.Link[1..]]);
        lent.Lend(new Entry());
        Assert.Null(lent.Check(new Entry()));
        Assert.False(lent.TakeBack());
        AssertMenuAlone();
    }

    private static string Prepare(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return file;
    }

    private async Task AssertRefusedAsync(string why)
    {
        var before = Read();
        var entry = new Entry();
        var error = await Assert.ThrowsAsync<FailedException>(() => Departure(entry, _ => null).LeaveAsync("good", Token));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Empty(entry.Calls);
        Assert.Equal(before, Read());
    }

    private void AssertMenuAlone()
    {
        var present = Read();
        Assert.Equal(EntryKeys.OfMenu(_keys.Path), present);
        Assert.All(Secrets([.. _keys.List().Where(name => name != EntryKeys.Name)]), secret => Assert.True(present.AsSpan().IndexOf(secret) < 0));
    }

    private IEnumerable<byte[]> Secrets(params string[] names) => names.Select(name => File.ReadAllBytes(Path.Combine(_keys.Path, name + ".key")));

    // Another process holds its lock.
    private byte[] Read()
    {
        using var tree = new LaptopTree(_laptop.Path);
        return tree.Bytes(Place)!;
    }

    private LentKeys Lent() => new(_keys, _said.Add) { Root = _laptop.Path, MountOf = _ => _mount, PartitionOf = _ => _partition };

    private Departure Departure(Entry entry, Func<IReadOnlyList<string>, Exception?> run, string state = "running\n") =>
        new(ConfigurationFile.Parse("c", "autokexec: {grace: 0, leave: firmware}\n"), _keys, _said.Add)
        {
            FindEntry = (out string why) =>
            {
                why = "";
                return entry;
            },
            Lent = Lent(),
            HeedsInhibitors = false,
            RunAsync = (_, arguments, _, _) => run(arguments) is { } error
                ? Task.FromException<ExternalProgramOutput>(error)
                : Task.FromResult(new ExternalProgramOutput(state, "", 0)),
        };

    private sealed class Entry : IOneTimeEntry
    {
        public string Description => "an entry";

        public bool IsByHand { get; init; }

        public Action Ordering { get; init; } = () => { };

        public List<string> Calls { get; } = [];

        public bool ReadsKeysFrom(string file) => !IsByHand && file.EndsWith(Place, StringComparison.Ordinal);

        public void Order()
        {
            Calls.Add("order");
            Ordering();
        }

        public void TakeBack() => Calls.Add("take back");
    }
}
