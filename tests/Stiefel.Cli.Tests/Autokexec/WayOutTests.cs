using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

public sealed class WayOutTests
{
    private const string NoEntry = "the firmware has no entry called stiefel";

    private static readonly LinuxException s_lockedDown = new("kexec_file_load", Errno.EPERM);

    private readonly List<string> _said = [];
    private readonly List<string> _did = [];

    /// <summary>Each line: what is configured, what the kernel says, whether an entry is there, and what is done.</summary>
    [Theory]
    [InlineData("auto", null, false, true, "load,decide,leaving,systemctl kexec")]
    [InlineData("auto", "kernel.kexec_load_disabled is 1", false, true, "decide,order,leaving,systemctl reboot")]
    [InlineData("auto", null, true, true, "load,decide,order,leaving,systemctl reboot")]
    [InlineData("kexec", null, false, true, "load,decide,leaving,systemctl kexec")]
    [InlineData("firmware", null, false, true, "decide,order,leaving,systemctl reboot")]
    [InlineData("firmware", "kernel.kexec_load_disabled is 1", false, true, "decide,order,leaving,systemctl reboot")]
    public async Task Take_KernelAndEntriesOfEachKind_GoesTheFirstWayThatIsOpen(string wanted, string? obstacle, bool isRefused, bool hasEntry, string done)
    {
        var way = Way(wanted, obstacle, isRefused, hasEntry);
        way.Check();
        Assert.Equal(done.Contains("reboot", StringComparison.Ordinal) && !isRefused, way.IsByFirmware);
        await way.TakeAsync(() => _did.Add("decide"), TestContext.Current.CancellationToken);
        Assert.Equal(done.Split(','), _did);
    }

    /// <summary>The laptop then stays as it is, and the person learns about the boot menu.</summary>
    [Theory]
    [InlineData("auto", "kernel.kexec_load_disabled is 1", false, "kernel.kexec_load_disabled is 1, so the ramdisk cannot be started from this system, and no boot entry can be started once instead: the firmware has no entry called stiefel; choose the ramdisk's entry in the laptop's boot menu by hand")]
    [InlineData("auto", null, true, "and no boot entry can be started once instead: the firmware has no entry called stiefel; choose")]
    public async Task Take_NoWayIsOpen_ChangesNothingAndNamesTheBootMenu(string wanted, string? obstacle, bool isRefused, string words)
    {
        var way = Way(wanted, obstacle, isRefused, hasEntry: false);
        var error = await Assert.ThrowsAsync<FailedException>(() => way.TakeAsync(() => _did.Add("decide"), TestContext.Current.CancellationToken));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_did, step => step is "decide" or "order" or "leaving" || step.StartsWith("systemctl", StringComparison.Ordinal));
        if (obstacle is not null)
        {
            Assert.Contains(words, Assert.Throws<FailedException>(way.Check).Message, StringComparison.Ordinal);
            Assert.False(way.FindsEntryOrWarns(_said.Add));
            Assert.StartsWith("warning: this laptop cannot leave its system: kernel.kexec_load_disabled is 1", Assert.Single(_said), StringComparison.Ordinal);
            Assert.StartsWith("would stay: ", Assert.Single(way.Describe()), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_KexecIsDemandedAndForbidden_FailsBeforeAnybodyIsWarned() => Assert.Equal(
        "kernel.kexec_load_disabled is 1, so the ramdisk cannot be started; allow it, or set `leave: auto`",
        Assert.Throws<FailedException>(Way("kexec", "kernel.kexec_load_disabled is 1", isRefused: false, hasEntry: true).Check).Message);

    [Fact]
    public async Task Take_KexecIsDemandedAndRefused_DoesNotRestart()
    {
        var error = await Assert.ThrowsAsync<LinuxException>(() => Way("kexec", null, isRefused: true, hasEntry: true).TakeAsync(() => _did.Add("decide"), TestContext.Current.CancellationToken));
        Assert.Same(s_lockedDown, error);
        Assert.Equal(["load"], _did);
    }

    /// <summary>A person's "not now" comes in while the kernel is loaded: nothing stays, and nobody is woken.</summary>
    [Theory]
    [InlineData("auto", "load,unload")]
    [InlineData("firmware", "")]
    public async Task Take_PersonRefuses_UndoesEverythingAndWakesNobody(string wanted, string done)
    {
        await Assert.ThrowsAsync<OperationCanceledException>(() => Way(wanted, null, isRefused: false, hasEntry: true).TakeAsync(() => throw new OperationCanceledException(), TestContext.Current.CancellationToken));
        Assert.Equal(done.Split(',', StringSplitOptions.RemoveEmptyEntries), _did);
    }

    private WayOut Way(string wanted, string? obstacle, bool isRefused, bool hasEntry) => new(ConfigurationFile.Parse("c", $"autokexec: {{leave: {wanted}}}\n"), _said.Add)
    {
        Load = () =>
        {
            _did.Add("load");
            return isRefused ? throw s_lockedDown : new Kernel(_did);
        },
        FindEntry = (out string why) =>
        {
            why = hasEntry ? "" : NoEntry;
            return hasEntry ? new Entry(_did) : null;
        },
        Lent = new LentKeys(new KeyDirectory("/absent"), _said.Add),
        KexecObstacle = () => obstacle,
        Leaving = () => _did.Add("leaving"),
        RunAsync = (program, arguments, _, _) =>
        {
            _did.Add($"{program} {arguments[0]}");
            return Task.FromResult(new ExternalProgramOutput("", "", 0));
        },
    };

    private sealed class Kernel(List<string> did) : ILoadedKernel
    {
        public string LoadedBy => "a test";

        public void Execute() => did.Add("execute");

        public void Unload() => did.Add("unload");
    }

    private sealed class Entry(List<string> did) : IOneTimeEntry
    {
        public string Description => "an entry";

        public bool ReadsKeysFrom(string file) => false;

        public void Order() => did.Add("order");

        public void TakeBack() => did.Add("take back");
    }
}
