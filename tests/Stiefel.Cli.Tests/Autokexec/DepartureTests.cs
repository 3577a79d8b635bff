using System.CommandLine;
using Stiefel.Cli.Autokexec;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Kexec;
using Stiefel.Linux.Programs;
using Stiefel.Protocol.Discovery;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

public sealed class DepartureTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _said = [];
    private readonly List<string> _ran = [];

    [Fact]
    public void CommandLine_OfAFullConfiguration_NamesDiskPartitionsAndProtection() => Assert.Equal(
        "stiefel_role=server stiefel_bootdisk=/dev/sda stiefel_bootpart=/dev/vg/boot stiefel_bootpart_luks=/dev/sda2 stiefel.Link.Protection=none quiet",
        Departure("boot: {disk: /dev/sda, part: {type: luks, block: /dev/vg/boot, luks_block: /dev/sda2}}\nlink: {protection: none}\nserver-setup: {cmdline: [quiet]}\n").CommandLine());

    [Theory]
    [InlineData("auto", "")]
    [InlineData("1500", " stiefel.Link.Mtu=1500")]
    [InlineData("9000", " stiefel.Link.Mtu=9000")]
    public void CommandLine_Mtu_IsHandedOnUnlessItIsChosenByItself(string mtu, string argument) => Assert.Equal(
        "stiefel_role=server stiefel_bootdisk=/dev/sda" + argument, Departure($"boot: {{disk: /dev/sda}}\nlink: {{mtu: {mtu}}}\n").CommandLine());

    [Theory]
    [InlineData("no", "")]
    [InlineData("yes", " stiefel.Link.Internet=yes")]
    [InlineData("auto", " stiefel.Link.Internet=auto")]
    public void CommandLine_Internet_IsHandedOnUnlessItIsTheUsual(string internet, string argument) => Assert.Equal(
        "stiefel_role=server stiefel_bootdisk=/dev/sda" + argument, Departure($"boot: {{disk: /dev/sda}}\nlink: {{internet: {internet}}}\n").CommandLine());

    [Fact]
    public void CommandLine_BootLoad_IsHandedOnAndNotTheEntryBesides() => Assert.Equal(
        "stiefel_role=server stiefel_bootdisk=/dev/sda stiefel.Boot.Load.Kernel=/k stiefel.Boot.Load.Initrd=/i stiefel.Boot.Load.CommandLine=\"root=UUID=1 rw\"",
        new Departure(ConfigurationFile.Parse("c", "boot: {disk: /dev/sda, load: {kernel: /k, initrd: /i, cmdline: [root=UUID=1, rw]}}\n"), new KeyDirectory("/absent"), _said.Add)
        {
            BootedEntry = () => "loader:arch.conf",
        }.CommandLine());

    [Fact]
    public void CommandLine_OwnEntryIsKnown_IsHandedOn() => Assert.Equal(
        "stiefel_role=server stiefel_bootdisk=/dev/sda stiefel.Boot.BootedEntry=loader:arch.conf",
        new Departure(ConfigurationFile.Parse("c", "boot: {disk: /dev/sda}\n"), new KeyDirectory("/absent"), _said.Add) { BootedEntry = () => "loader:arch.conf" }.CommandLine());

    [Theory]
    [InlineData("wren", " stiefel.Boot.Laptop=wren")]
    [InlineData("", "")]
    [InlineData("a b", "")]
    [InlineData("a\"b", "")]
    public void CommandLine_LaptopThatWasNamedToTheCaller_IsHandedOn(string name, string handedOn) => Assert.Equal(
        $"stiefel_role=server stiefel_bootdisk=/dev/sda stiefel.Discovery.LaptopId=0123456789abcdef{handedOn}",
        new Departure(ConfigurationFile.Parse("c", "boot: {disk: /dev/sda}\n"), new KeyDirectory("/absent"), _said.Add)
        {
            Laptop = LaptopIdentity.Of("0123456789abcdef", name),
        }.CommandLine());

    [Fact]
    public void CommandLine_WithoutADisk_SaysWhichKeyIsMissing() =>
        Assert.Contains("boot.disk", Assert.Throws<UsageException>(() => Departure("").CommandLine()).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Leave_RamdiskIsNotThere_FailsBeforeAnybodyIsWarned()
    {
        var error = await Assert.ThrowsAsync<FailedException>(
            () => Departure("boot: {disk: /dev/sda}\nserver-setup: {stiefelsystem-kernel: /absent/kernel}\n").LeaveAsync("stick", TestContext.Current.CancellationToken));

        Assert.Contains("/absent/kernel is not there: make the ramdisk with `stiefel create-initrd --out /absent`", error.Message, StringComparison.Ordinal);
        Assert.Empty(_said);
    }

    [Fact]
    public void Check_OneKeyIsUnusable_LeavesItBehindAndFailsOnlyIfNoneIsLeft()
    {
        var ramdisk = Path.Combine(_directory.Path, "ramdisk");
        File.WriteAllText(ramdisk, "");
        var directory = new KeyDirectory(Path.Combine(_directory.Path, "keys"));
        string good = directory.Create("good"), open = directory.Create("open");
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var departure = Departure($"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\n");

        departure.Check();
        Assert.Contains("open.key", Assert.Single(_said), StringComparison.Ordinal);
        Assert.Contains(departure.Describe("good"), line => line.Contains("with 1 keys", StringComparison.Ordinal));

        File.Delete(good);
        Assert.Contains("no key that the server can use", Assert.Throws<FailedException>(departure.Check).Message, StringComparison.Ordinal);
    }

    /// <summary>A loaded kernel holds all keys, and any later reboot would start it.</summary>
    [Theory]
    [InlineData("running\n", true, "unloaded again")]
    [InlineData("running\n", false, "stays loaded, with the secrets in its initrd")]
    [InlineData(null, true, "unloaded again")]
    public async Task Leave_SystemdIsNotToBeHad_UnloadsTheKernelAndSaysSo(string? state, bool mayUnload, string words)
    {
        var loaded = new ScriptedKernel(mayUnload);
        await Assert.ThrowsAsync<LinuxException>(() => Leaving(loaded, state).LeaveAsync("good", TestContext.Current.CancellationToken));

        Assert.Equal(["systemctl kexec", "systemctl is-system-running"], _ran.Where(program => program.StartsWith("systemctl", StringComparison.Ordinal)));
        Assert.Equal(1, loaded.Unloaded);
        Assert.Contains(words, _said[^1], StringComparison.Ordinal);
    }

    /// <summary>The command then fails because systemd ends this process, and the loaded kernel is needed.</summary>
    [Fact]
    public async Task Leave_SystemdLeavesAllTheSame_KeepsTheKernel()
    {
        var loaded = new ScriptedKernel(mayUnload: true);
        await Assert.ThrowsAsync<LinuxException>(() => Leaving(loaded, "stopping\n").LeaveAsync("good", TestContext.Current.CancellationToken));
        Assert.Equal(0, loaded.Unloaded);
    }

    [Fact]
    public void CheckPlaces_DiskIsNotThere_NamesItAndItsKey()
    {
        var ramdisk = Path.Combine(_directory.Path, "ramdisk");
        File.WriteAllText(ramdisk, "");
        var setup = $"server-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\n";

        var error = Assert.Throws<FailedException>(Departure($"boot: {{disk: /dev/nope}}\n{setup}").CheckPlaces).Message;
        Assert.StartsWith("/dev/nope is not there", error, StringComparison.Ordinal);
        Assert.Contains("boot.disk", error, StringComparison.Ordinal);
        Departure($"boot: {{disk: UUID=1-2}}\n{setup}").CheckPlaces();
    }

    [Fact]
    public async Task DryRun_NothingIsInPlace_FailsInsteadOfListening()
    {
        var config = Path.Combine(_directory.Path, "config.yaml");
        File.WriteAllText(config, "boot: {disk: /dev/nope}\nserver-setup: {stiefelsystem-kernel: /absent/kernel}\nautokexec: {leave: kexec}\n");
        using var output = new StringWriter();
        using var error = new StringWriter();

        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { AutokexecVerb.Build() }, ["autokexec", "--dry-run", "--config", config], output, error);

        Assert.Equal(1, code);
        Assert.Empty(output.ToString());
        Assert.StartsWith("stiefel: /absent/kernel is not there", Assert.Single(error.ToString().Trim().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leave_ByFirmware_OrdersTheEntryAndRestartsAndLoadsNothing()
    {
        var entry = new ScriptedEntry();
        var departure = ByFirmware(entry, (_, _) => Task.FromResult(new ExternalProgramOutput("", "", 0)));
        Assert.Equal(["would select for the next start: an entry", "would run: systemctl reboot"], departure.Describe("good").TakeLast(2));

        await departure.LeaveAsync("good", TestContext.Current.CancellationToken);

        Assert.Equal(["order"], entry.Calls);
        Assert.Equal("systemctl reboot", _ran[^1]);
    }

    /// <summary>Otherwise the next restart, for whatever reason, would start the ramdisk.</summary>
    [Theory]
    [InlineData("running\n", true)]
    [InlineData("stopping\n", false)]
    public async Task Leave_ByFirmwareAndSystemdIsNotToBeHad_TakesTheOrderBackUnlessItLeaves(string state, bool isTakenBack)
    {
        var entry = new ScriptedEntry();
        var departure = ByFirmware(entry, (_, arguments) => arguments[0] == "reboot"
            ? Task.FromException<ExternalProgramOutput>(new LinuxException("connect", Errno.ECONNREFUSED))
            : Task.FromResult(new ExternalProgramOutput(state, "", 0)));
        await Assert.ThrowsAsync<LinuxException>(() => departure.LeaveAsync("good", TestContext.Current.CancellationToken));
        Assert.Equal(isTakenBack ? ["order", "take back"] : ["order"], entry.Calls);
    }

    private Departure ByFirmware(ScriptedEntry entry, Func<string, IReadOnlyList<string>, Task<ExternalProgramOutput>> run) =>
        new(ConfigurationFile.Parse("c", "autokexec: {grace: 0, leave: firmware}\n"), new KeyDirectory("/absent"), _said.Add)
        {
            FindEntry = (out string why) =>
            {
                why = "";
                return entry;
            },
            LoadKernel = (_, _, _) => throw new InvalidOperationException("nothing is loaded"),
            RunAsync = (program, arguments, _, _) =>
            {
                _ran.Add($"{program} {arguments[0]}");
                return run(program, arguments);
            },
        };

    /// <summary>Users who choose the firmware's way may have a machine that does not survive kexec.</summary>
    [Fact]
    public async Task Listen_ToLeaveByFirmwareWithoutAnEntry_IsRefusedInsteadOfKexec()
    {
        var config = Path.Combine(_directory.Path, "config.yaml");
        File.WriteAllText(config, "boot: {disk: /dev/nope}\nautokexec: {leave: firmware}\n");
        using var error = new StringWriter();

        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { AutokexecVerb.Build() }, ["autokexec", "--config", config], TextWriter.Null, error);

        Assert.Equal(ExitCode.WrongUsage, code);
        Assert.Contains("autokexec.leave is firmware", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("an installed boot entry called stiefel", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "autokexec: {leave: now}\n"));
        Assert.Equal(LeavingWay.Kexec, ConfigurationFile.Parse("c", "autokexec: {leave: kexec}\n").Autokexec.Leave);
        Assert.Equal(LeavingWay.Auto, ConfigurationFile.Parse("c", "").Autokexec.Leave);
    }

    [Theory]
    [InlineData("config.yaml")]
    [InlineData("ramdisk")]
    public async Task Listen_OthersCouldHaveWrittenWhatItLeavesFor_IsRefused(string file)
    {
        var ramdisk = Path.Combine(_directory.Path, "ramdisk");
        var config = Path.Combine(_directory.Path, "config.yaml");
        File.WriteAllText(ramdisk, "");
        File.WriteAllText(config, $"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\n");
        var written = Path.Combine(_directory.Path, file);
        File.SetUnixFileMode(written, File.GetUnixFileMode(written) | UnixFileMode.OtherWrite);
        using var error = new StringWriter();

        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { AutokexecVerb.Build() }, ["autokexec", "--config", config], TextWriter.Null, error);

        Assert.Equal(ExitCode.Refused, code);
        Assert.StartsWith($"stiefel: {written}: others on this machine can change it", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1", "42", "0::/system.slice/stiefel-autokexec.service\n", "systemctl stop stiefel-autokexec")]
    [InlineData("1", "42", "1:name=systemd:/system.slice/a.service\n0::/system.slice/b.service\n", "systemctl stop b")]
    [InlineData("1", "7", "0::/system.slice/ssh.service\n", "kill 42")]
    [InlineData(null, null, "0::/system.slice/ssh.service\n", "kill 42")]
    [InlineData("1", "42", "0::/user.slice/user-0.slice/session-1.scope\n", "kill 42")]
    [InlineData(null, null, "", "kill 42")]
    public void HowToStop_NamesTheServiceOnlyIfItIsOne(string? invocation, string? started, string groups, string expected) =>
        Assert.Equal(expected, StopCommand.Of(name => name == "INVOCATION_ID" ? invocation : name == "SYSTEMD_EXEC_PID" ? started : null, groups, 42));

    [Fact]
    public void Configuration_OfTheCall_IsReadAndHasSafeDefaults()
    {
        var usual = ConfigurationFile.Parse("c", "").Autokexec;
        Assert.Equal((false, 10, 0), (usual.Internet, usual.GraceSeconds, usual.Interfaces.Count));

        var read = ConfigurationFile.Parse("c", "autokexec: {interfaces: [eth0, usb0], internet: true, grace: 0}\n").Autokexec;
        Assert.Equal((true, 0), (read.Internet, read.GraceSeconds));
        Assert.Equal(["eth0", "usb0"], read.Interfaces);
        Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "autokexec: {grace: -1}\n"));
    }

    public void Dispose() => _directory.Dispose();

    private Departure Leaving(ScriptedKernel loaded, string? state)
    {
        var ramdisk = Path.Combine(_directory.Path, "ramdisk");
        File.WriteAllText(ramdisk, "");
        var directory = new KeyDirectory(Path.Combine(_directory.Path, "keys"));
        directory.Create("good");
        var configuration = $"boot: {{disk: {ramdisk}}}\nserver-setup: {{stiefelsystem-kernel: {ramdisk}, stiefelsystem-initrd: {ramdisk}}}\nautokexec: {{grace: 0}}\n";
        return new Departure(ConfigurationFile.Parse("c", configuration), directory, _said.Add)
        {
            LoadKernel = (_, _, _) => loaded,
            RunAsync = (program, arguments, options, token) =>
            {
                _ran.Add($"{program} {arguments[0]}");
                return (program, arguments[0]) switch
                {
                    ("systemctl", "is-system-running") when state is not null => Task.FromResult(new ExternalProgramOutput(state, "", state == "running\n" ? 0 : 1)),
                    ("systemctl", "kexec") => Task.FromException<ExternalProgramOutput>(new LinuxException("connect", Errno.ECONNREFUSED)),
                    ("systemctl", _) => ExternalProgram.RunAsync("/absent/systemctl", arguments, options, token),
                    _ => Task.FromResult(new ExternalProgramOutput("", "", 0)),
                };
            },
        };
    }

    private Departure Departure(string configuration) => new(
        ConfigurationFile.Parse("c", configuration), new KeyDirectory(Path.Combine(_directory.Path, "keys")), _said.Add);
}

/// <summary>A fake boot entry that only records what is asked of it.</summary>
internal sealed class ScriptedEntry : IOneTimeEntry
{
    public string Description => "an entry";

    public List<string> Calls { get; } = [];

    public bool ReadsKeysFrom(string file) => false;

    public void Order() => Calls.Add("order");

    public void TakeBack() => Calls.Add("take back");
}

/// <summary>A fake loaded kernel that only records what is asked of it.</summary>
internal sealed class ScriptedKernel(bool mayUnload) : ILoadedKernel
{
    public string LoadedBy => "a test";

    public int Unloaded { get; private set; }

    public void Execute() => throw new LinuxException("reboot(LINUX_REBOOT_CMD_KEXEC)", Errno.EPERM);

    public void Unload()
    {
        Unloaded++;
        if (!mayUnload)
        {
            throw new LinuxException("kexec_file_load(KEXEC_FILE_UNLOAD)", Errno.EPERM);
        }
    }
}
