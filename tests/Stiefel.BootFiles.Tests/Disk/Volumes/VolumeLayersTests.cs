using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Linux.Mounts;

namespace Stiefel.BootFiles.Tests.Disk.Volumes;

/// <summary>Each layer is opened at the right time, and all are closed again, newest first.</summary>
public sealed class VolumeLayersTests
{
    // Existing nodes of any kind: the device below must exist to be unlocked.
    private const string Partition = "/dev/null";
    private const string Other = "/dev/zero";
    private const string Inner = "/dev/full";

    private readonly FakeVolumeTools _tools = new();
    private readonly Dictionary<string, string> _types = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LvmInLuks_Unlocked_ShowsVolumesByTheirUsualNames()
    {
        Has(Partition, VolumeLayers.Luks);
        Has(Inner, VolumeLayers.LvmMember);
        Has("/x/root", "ext4");
        _tools.Luks[Partition] = ("right", Inner);
        _tools.Volumes.Add(new LogicalVolumeTable("vg/root", ["/dev/mapper/vg-root"], [Inner], "table", null));
        _tools.Mapped["table"] = "/x/root";
        var opened = Opened();
        var layers = Layers(opened, Partition);

        await layers.OpenUnencryptedAsync(Token);
        Assert.Equal([Partition], layers.Locked.Select(device => device.Path));
        Assert.False(await layers.UnlockAsync(_ => true, Bytes("wrong"), Token));
        var again = Layers(opened, Partition);
        Assert.True(await again.UnlockAsync(_ => true, Bytes("right"), Token));

        var root = again.Devices[^1];
        Assert.Equal(("vg/root", "ext4", "/dev/mapper/vg-root"), (root.Title, root.Type, root.Aliases[0]));
        Assert.Equal([Partition], again.Unlocked.Select(device => device.Path));
        Assert.Equal([Inner, Partition], _tools.Locked.Order());
        await opened.DisposeAsync();
        Assert.Equal(["try /dev/null", "try /dev/null", "map table", "close /x/root", "close /dev/full"], _tools.Done);
        Assert.Empty(_tools.Locked);
        Assert.Empty(_tools.Open);
    }

    [Fact]
    public async Task LuksOnLvmOnRaid_EveryLayer_IsOpened()
    {
        Has(Partition, VolumeLayers.RaidMember, "array");
        Has(Other, VolumeLayers.RaidMember, "array");
        Has(Inner, VolumeLayers.LvmMember);
        Has("/x/luks", VolumeLayers.Luks);
        Has("/x/boot", "btrfs");
        _tools.Raids[$"{Partition} {Other}"] = Inner;
        _tools.Volumes.Add(new LogicalVolumeTable("vg/crypt", [], [Inner], "table", null));
        _tools.Mapped["table"] = "/x/luks";
        _tools.Luks["/x/luks"] = ("right", "/x/boot");
        var opened = Opened();
        var layers = Layers(opened, Partition, Other);
        await layers.OpenUnencryptedAsync(Token);
        Assert.Equal("vg/crypt", VolumeLayers.NameOf(Assert.Single(layers.Locked)));
        Assert.True(await layers.UnlockAsync(_ => true, Bytes("right"), Token));
        Assert.Equal("in vg/crypt", layers.Devices[^1].Title);
        await opened.DisposeAsync();
        Assert.Equal(["close /x/boot", "close /x/luks", "close /dev/full"], _tools.Done[^3..]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Raid_RunsWithoutAMember_IsOpenedAndWarnedOf(int missing)
    {
        Has(Partition, VolumeLayers.RaidMember, "array");
        Has(Inner, "ext4");
        _tools.Raids[Partition] = Inner;
        _tools.Missing = missing;
        await using var opened = Opened();
        var layers = Layers(opened, Partition);
        await layers.OpenUnencryptedAsync(Token);
        Assert.Equal(Inner, layers.Devices[^1].Path);
        Assert.Equal(missing == 0 ? [] : [$"the RAID of {Partition} runs without 1 of its members"], layers.Warnings);
    }

    [Fact]
    public async Task OneThatFails_HidesNoOther()
    {
        Has(Partition, VolumeLayers.RaidMember, "broken");
        Has(Other, VolumeLayers.LvmMember);
        Has("/x/boot", "ext4");
        _tools.Volumes.Add(new LogicalVolumeTable("vg/thin", [], [Other], null, "vg/thin is of another kind"));
        _tools.Volumes.Add(new LogicalVolumeTable("vg/boot", [], [Other], "table", null));
        _tools.Mapped["table"] = "/x/boot";
        await using var opened = Opened();
        var layers = Layers(opened, Partition, Other);
        await layers.OpenUnencryptedAsync(Token);
        Assert.Equal("vg/boot", layers.Devices[^1].Title);
        Assert.Equal(["mdadm: no array", "vg/thin is of another kind"], layers.Problems.Order());
    }

    [Fact]
    public async Task InUseByOthers_IsLeftAloneAndNotLocked()
    {
        Has(Partition, VolumeLayers.Luks);
        _tools.Luks[Partition] = ("right", "/x/boot");
        _tools.InUse.Add(Partition);
        await using var opened = Opened();
        var error = await Assert.ThrowsAsync<IOException>(() => Layers(opened, Partition).UnlockAsync(_ => true, Bytes("right"), Token));
        Assert.Contains("/dev/null is in use by something else", error.Message, StringComparison.Ordinal);
        Assert.Empty(_tools.Locked);
        Assert.Empty(_tools.Done);
    }

    [Fact]
    public async Task Dispose_CannotClose_SaysSoAndCanBeRepeated()
    {
        Has(Partition, VolumeLayers.Luks);
        Has("/x/boot", "ext4");
        _tools.Luks[Partition] = ("right", "/x/boot");
        var opened = Opened();
        Assert.True(await Layers(opened, Partition).UnlockAsync(_ => true, Bytes("right"), Token));
        _tools.CloseProblem = "device or resource busy";
        Assert.Equal("device or resource busy", (await Assert.ThrowsAsync<IOException>(async () => await opened.DisposeAsync())).Message);
        Assert.Equal([Partition], _tools.Locked);
        _tools.CloseProblem = null;
        await opened.DisposeAsync();
        Assert.Empty(_tools.Open);
        Assert.Empty(_tools.Locked);
    }

    [Fact]
    public async Task ManyLuksDevices_FewAreTried()
    {
        for (var at = 0; at < 9; at++)
        {
            Has($"/x/{at}", VolumeLayers.Luks);
            _tools.Luks[$"/x/{at}"] = ("right", "/x/inside");
        }

        await using var opened = Opened();
        Assert.False(await Layers(opened, [.. _types.Keys]).UnlockAsync(_ => true, Bytes("wrong"), Token));
        Assert.Equal(4, _tools.Done.Count);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private void Has(string path, string type, string uuid = "") => _types[path] = $"{type} {uuid}";

    private OpenedVolumes Opened() => new(_tools, "stiefel-test-", NullLogger.Instance);

    private VolumeLayers Layers(OpenedVolumes opened, params IReadOnlyList<string> partitions) => new(_tools, opened, (paths, _) => Task.FromResult(Probe(paths)), Probe(partitions));

    private IReadOnlyList<ProbedDevice> Probe(IReadOnlyList<string> paths)
        => [.. paths.Where(_types.ContainsKey).Select(path => new ProbedDevice { Path = path, Type = _types[path].Split(' ')[0], Uuid = _types[path].Split(' ')[1] })];
}
