using Stiefel.Client.Rescue;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Client.Tests.Rescue;

/// <summary>Which device is taken, the rule that keeps others away from it, and its record.</summary>
public sealed class RescueDeviceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _udevadm = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void FindFree_DevicesThatOthersUse_AreLeftAlone()
    {
        Device(0, size: "2048");
        Device(1, size: "0", process: "77");
        Device(2, size: "0");
        Device(3, size: "0");
        Assert.Equal(2, new NbdDevices(_directory.Path).FindFree());
    }

    [Fact]
    public void FindFree_NoneLeft_IsRefused()
    {
        Assert.Contains("modprobe nbd", Assert.Throws<RefusedException>(() => new NbdDevices(_directory.Path).FindFree()).Message, StringComparison.Ordinal);
        Device(0, size: "2048");
        Assert.Equal("all 1 network block devices of this kernel are in use", Assert.Throws<RefusedException>(() => new NbdDevices(_directory.Path).FindFree()).Message);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    public void IsReadOnly_IsWhatTheKernelSays(string says, bool expected)
    {
        Device(0, size: "2048");
        File.WriteAllText(Path.Combine(_directory.Path, "block/nbd0/ro"), says + "\n");
        Assert.Equal(expected, new NbdDevices(_directory.Path).IsReadOnly(0));
    }

    [Fact]
    public void Rule_OfADevice_IsOfItAndItsPartitionsAndReadBeforeAllOthers()
    {
        var rule = Rule("nbd1");
        rule.Make();
        var line = File.ReadAllLines(rule.File)[^1];
        Assert.StartsWith("SUBSYSTEM==\"block\", KERNEL==\"nbd1|nbd1p*\", ENV{UDISKS_IGNORE}=\"1\", ", line, StringComparison.Ordinal);
        foreach (var told in (string[])["SYSTEMD_READY}=\"0\"", "DM_UDEV_DISABLE_OTHER_RULES_FLAG}=\"1\"", "UDEV_DISABLE_PERSISTENT_STORAGE_RULES_FLAG}=\"1\"", "OPTIONS:=\"nowatch\""])
        {
            Assert.Contains(told, line, StringComparison.Ordinal);
        }

        Assert.True(string.CompareOrdinal(Path.GetFileName(rule.File), "01") < 0);
        rule.Settle();
        rule.Remove();
        Assert.False(File.Exists(rule.File));
        Assert.Equal(["control --reload", "settle --timeout=10", "control --reload", "trigger --action=change --sysname-match=nbd1"], _udevadm);
    }

    [Fact]
    public void Rule_UdevThatCannotBeTold_IsRefusedAndLeavesNoFile()
    {
        var rule = new UdevRule("nbd1") { UdevDirectory = _directory.Path, Udevadm = _ => throw new IOException("nobody answers") };
        Assert.Contains("udev cannot be kept away", Assert.Throws<RefusedException>(rule.Make).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(rule.File));
    }

    [Fact]
    public void Rule_WithoutUdev_NeedsNothing()
    {
        var rule = new UdevRule("nbd1") { UdevDirectory = Path.Combine(_directory.Path, "none"), Udevadm = _ => Assert.Fail("nobody is there to be told") };
        rule.Make();
        rule.Settle();
        rule.Remove();
    }

    [Fact]
    public void State_FromBeginToEnd_IsRootsOnlyAndLeavesNothing()
    {
        var state = new AttachState(Path.Combine(_directory.Path, "attach"));
        Assert.Null(state.ReadDevice());
        state.Begin("nbd3");
        Assert.Equal("nbd3", state.ReadDevice());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(state.Directory));
        state.End();
        Assert.Null(state.ReadDevice());
        Assert.False(Directory.Exists(state.Directory));
    }

    [Theory]
    [InlineData("/dev/nbd1", true)]
    [InlineData("/dev/nbd1p2", true)]
    [InlineData("/dev/nbd12", false)]
    [InlineData("/dev/nbd1p", false)]
    [InlineData("/dev/nbd1px", false)]
    [InlineData("/dev/nbd2p1", false)]
    public void IsOf_AFile_IsTheDiskOrAPartitionOfIt(string file, bool expected) => Assert.Equal(expected, DiskUsers.IsOf(file, "/dev/nbd1"));

    private UdevRule Rule(string device) => new(device) { UdevDirectory = _directory.Path, Udevadm = arguments => _udevadm.Add(string.Join(' ', arguments)) };

    private void Device(int index, string size, string? process = null)
    {
        var place = Directory.CreateDirectory(Path.Combine(_directory.Path, $"block/nbd{index}")).FullName;
        File.WriteAllText(Path.Combine(place, "size"), size + "\n");
        if (process is not null)
        {
            File.WriteAllText(Path.Combine(place, "pid"), process + "\n");
        }
    }
}
