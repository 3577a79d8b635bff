using System.CommandLine;
using System.Text.Json;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Tests.Doctor;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>Sets up trees of six distributions, changes them in various ways, undoes set-up and compares.</summary>
public sealed class SetupTests
{
    private const string Always =
        """
        etc/stiefel/ 755
        etc/stiefel/config.yaml 644
        etc/stiefel/keys/ 700
        etc/stiefel/keys/stick.key 600
        etc/systemd/system/multi-user.target.wants/stiefel-autokexec-restart.path -> /etc/systemd/system/stiefel-autokexec-restart.path
        etc/systemd/system/multi-user.target.wants/stiefel-autokexec.service -> /etc/systemd/system/stiefel-autokexec.service
        etc/systemd/system/stiefel-autokexec-restart.path 644
        etc/systemd/system/stiefel-autokexec-restart.service 644
        etc/systemd/system/stiefel-autokexec.service 644
        etc/systemd/user/default.target.wants/ 755
        etc/systemd/user/default.target.wants/stiefel-notice.path -> /etc/systemd/user/stiefel-notice.path
        etc/systemd/user/stiefel-notice.path 644
        etc/systemd/user/stiefel-notice.service 644
        etc/systemd/user/ 755
        var/lib/stiefel/ 755
        var/lib/stiefel/setup.json 600
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string[] s_kept = ["Note ramdisk-none"];

    [Theory]
    [InlineData("debian", "etc/initramfs-tools/conf.d/ 755", "etc/initramfs-tools/conf.d/zz-stiefel 644", "MODULES=most")]
    [InlineData("ubuntu", null, "etc/dracut.conf.d/zz-stiefel.conf 644", "hostonly=\"no\"")]
    [InlineData("fedora", null, "etc/dracut.conf.d/zz-stiefel.conf 644", "hostonly=\"no\"")]
    [InlineData("arch", null, "etc/mkinitcpio.conf.d/zz-stiefel.conf 644", "HOOKS=(${HOOKS[@]/autodetect/})")]
    [InlineData("opensuse", "etc/dracut.conf.d/ 755", "etc/dracut.conf.d/zz-stiefel.conf 644", "hostonly=\"no\"")]
    [InlineData("gentoo", null, "etc/dracut.conf.d/zz-stiefel.conf 644", "hostonly=\"no\"")]
    public async Task Tree_SetUpAndUndone_IsAsItWas(string distribution, string? directory, string file, string setting)
    {
        using var laptop = DistributionModels.Of(distribution);
        var before = TreeSnapshot.Of(laptop.Root);
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);

        var added = TreeSnapshot.Of(laptop.Root).Except(before).Select(WithoutContent).Where(line => line is not ("var/" or "var/ 755" or "var/lib/ 755")).ToArray();
        string[] expected = [.. Always.Split('\n'), .. directory is null ? Array.Empty<string>() : [directory], file];
        Assert.Equal(expected.Order(StringComparer.Ordinal), added);
        Assert.Contains(setting, File.ReadAllText(laptop[file.Split(' ')[0]]).Split('\n'));
        Assert.Empty(before.Except(TreeSnapshot.Of(laptop.Root)));

        await RunAsync(ExitCode.Done, "--undo", "--root", laptop.Root);
        Assert.Equal(before, TreeSnapshot.Of(laptop.Root));
    }

    [Theory]
    [InlineData("debian")]
    [InlineData("ubuntu")]
    [InlineData("fedora")]
    [InlineData("arch")]
    [InlineData("opensuse")]
    [InlineData("gentoo")]
    public async Task Tree_SetUp_SatisfiesTheDoctorAndIsNotSetUpAgain(string distribution)
    {
        using var laptop = DistributionModels.Of(distribution);
        var disk = distribution == "debian" ? "nvme-SAMSUNG_MZVL2512_S64DNF0R1" : "nvme-WD_BLACK_SN850X_2000";
        Assert.Contains("Note initramfs-this-machine-only", Examination.ComplaintsOf(laptop));
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);

        var complaints = Examination.ComplaintsOf(laptop).Except(["Note one-time-trap", "Note esp-space"]);
        Assert.Equal(s_kept, complaints);
        Assert.Equal("/dev/disk/by-id/" + disk, ConfigurationFile.Load(laptop["etc/stiefel/config.yaml"]).Boot.Disk);
        Assert.Contains("ExecStart=/usr/local/bin/stiefel autokexec\n", File.ReadAllText(laptop["etc/systemd/system/stiefel-autokexec.service"]), StringComparison.Ordinal);

        var once = TreeSnapshot.Of(laptop.Root);
        Assert.Contains("nothing to change", await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root), StringComparison.Ordinal);
        Assert.Equal(once, TreeSnapshot.Of(laptop.Root));
    }

    [Fact]
    public async Task DryRun_ShowsAllAndChangesNothing()
    {
        using var laptop = DistributionModels.Of("debian");
        var before = TreeSnapshot.Of(laptop.Root);
        var text = await RunAsync(ExitCode.Done, "--dry-run", "--root", laptop.Root);
        Assert.Contains("--- /dev/null\n+++ /etc/stiefel/config.yaml\n@@ -0,0 +1,4 @@\n", text, StringComparison.Ordinal);
        Assert.Contains("+  disk: /dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1\n", text, StringComparison.Ordinal);
        Assert.Contains("+ 32 random bytes, readable by root only\n", text, StringComparison.Ordinal);
        Assert.Contains("the ramdisk is not there yet; make it with `stiefel create-initrd`", text, StringComparison.Ordinal);
        Assert.Equal(before, TreeSnapshot.Of(laptop.Root));
    }

    [Fact]
    public async Task DryRun_ForPrograms_IsOneObjectAndChangesNothing()
    {
        using var laptop = DistributionModels.Of("debian");
        var before = TreeSnapshot.Of(laptop.Root);
        using var answer = JsonDocument.Parse(await RunAsync(ExitCode.Done, "--dry-run", "--json", "--root", laptop.Root));
        var changes = answer.RootElement.GetProperty("changes").EnumerateArray().ToList();
        Assert.Contains(changes, change => change.GetProperty("path").GetString() == "/etc/stiefel/config.yaml" && !change.GetProperty("isThere").GetBoolean());
        Assert.Contains(changes, change => change.GetProperty("isSecret").GetBoolean());
        Assert.Contains("the ramdisk is not there yet", answer.RootElement.GetProperty("made").ToString(), StringComparison.Ordinal);
        await RunAsync(ExitCode.WrongUsage, "--json", "--root", laptop.Root);
        Assert.Equal(before, TreeSnapshot.Of(laptop.Root));
    }

    [Theory]
    [InlineData("--yes")]
    [InlineData("--undo")]
    public async Task Changes_ForPrograms_EndWithOneObjectOnStandardOutput(string way)
    {
        using var laptop = DistributionModels.Of("debian");
        using var progress = new StringWriter();
        using var answer = JsonDocument.Parse(await RunAsync(ExitCode.Done, progress, way, "--json", "--root", laptop.Root));
        Assert.True(answer.RootElement.GetProperty("isDone").GetBoolean());
        Assert.Contains(way == "--yes" ? "/etc/stiefel/config.yaml" : "nothing to undo", progress.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_AfterAnUpgradeInBetween_LeavesWhatTheUpgradeBrought()
    {
        using var laptop = DistributionModels.Of("debian");
        using var other = DistributionModels.Of("debian");
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        foreach (var model in (LaptopModel[])[laptop, other])
        {
            model.Write("etc/initramfs-tools/conf.d/resume", "RESUME=none\n");
            model.Write("etc/initramfs-tools/initramfs.conf", "MODULES=dep\nCOMPRESS=xz\n");
            model.WriteKernel("boot/vmlinuz-6.1.0-51-amd64", "6.1.0-51-amd64");
        }

        var text = await RunAsync(ExitCode.Done, "--undo", "--root", laptop.Root);
        Assert.Contains("/etc/initramfs-tools/conf.d stays: it still holds resume", text, StringComparison.Ordinal);
        Assert.Equal(TreeSnapshot.Of(other.Root).Select(WithoutContent), TreeSnapshot.Of(laptop.Root).Select(WithoutContent));
    }

    [Fact]
    public async Task Undo_OfWhatSomebodyChanged_LeavesItAndSaysSo()
    {
        using var laptop = DistributionModels.Of("debian");
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        File.AppendAllText(laptop["etc/stiefel/config.yaml"], "autokexec:\n  grace: 60\n");
        File.Delete(laptop["etc/stiefel/keys/stick.key"]);
        var text = await RunAsync(ExitCode.Failed, "--undo", "--root", laptop.Root);
        Assert.Contains("/etc/stiefel/config.yaml stays: somebody changed it since set-up wrote it", text, StringComparison.Ordinal);
        Assert.Contains("grace: 60", File.ReadAllText(laptop["etc/stiefel/config.yaml"]), StringComparison.Ordinal);
        Assert.False(File.Exists(laptop["etc/systemd/system/stiefel-autokexec.service"]));

        File.Delete(laptop["etc/stiefel/config.yaml"]);
        await RunAsync(ExitCode.Done, "--undo", "--root", laptop.Root);
        Assert.False(Directory.Exists(laptop["etc/stiefel"]));
        Assert.False(Directory.Exists(laptop["var/lib/stiefel"]));
    }

    [Fact]
    public async Task SetUp_OfAUnitThatSomebodyChanged_LeavesIt()
    {
        using var laptop = DistributionModels.Of("debian");
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        File.AppendAllText(laptop["etc/systemd/system/stiefel-autokexec.service"], "# mine\n");
        var text = await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        Assert.Contains("note: /etc/systemd/system/stiefel-autokexec.service was changed by somebody since set-up wrote it, and is left as it is", text, StringComparison.Ordinal);
        Assert.EndsWith("# mine\n", File.ReadAllText(laptop["etc/systemd/system/stiefel-autokexec.service"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("modules: [debug]\n", "modules: [debug]\nboot:\n  disk: {0}\n")]
    [InlineData("boot:\n    part:\n        type: plain\n", "boot:\n    disk: {0}\n    part:\n        type: plain\n")]
    [InlineData("# old\nboot: # mine\nmodules: []\n", "# old\nboot: # mine\n  disk: {0}\nmodules: []\n")]
    public async Task Configuration_ThatNamesNoDisk_IsGivenItAndAsItWasAfterwards(string before, string after)
    {
        using var laptop = DistributionModels.Of("debian");
        laptop.Write("etc/stiefel/config.yaml", before);
        File.SetUnixFileMode(laptop["etc/stiefel/config.yaml"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var mode = File.GetUnixFileMode(laptop["etc/stiefel/config.yaml"]);
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        Assert.Equal(string.Format(null, after, "/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1"), File.ReadAllText(laptop["etc/stiefel/config.yaml"]));
        Assert.Equal(mode, File.GetUnixFileMode(laptop["etc/stiefel/config.yaml"]));
        ConfigurationFile.Load(laptop["etc/stiefel/config.yaml"]);

        await RunAsync(ExitCode.Done, "--undo", "--root", laptop.Root);
        Assert.Equal(before, File.ReadAllText(laptop["etc/stiefel/config.yaml"]));
        Assert.Equal(mode, File.GetUnixFileMode(laptop["etc/stiefel/config.yaml"]));
        Assert.False(Directory.Exists(laptop["var/lib/stiefel"]));
    }

    [Fact]
    public async Task Units_AsInstalled_AreUnderstoodBySystemd()
    {
        using var laptop = DistributionModels.Of("debian");
        await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root);
        string[] units = [.. Directory.GetFiles(laptop["etc/systemd/system"], "stiefel-*").Order()];
        Assert.Equal(3, units.Length);
        foreach (var unit in units)
        {
            // systemd-analyze also complains about programs that are missing here.
            await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(unit, Token)).Replace("/usr/local/bin/stiefel", "/bin/true", StringComparison.Ordinal), Token);
        }

        var output = await ExternalProgram.RunAsync("sh", ["-c", "systemd-analyze verify \"$@\" 2>&1", "sh", .. units], new ExternalProgramOptions(), Token);
        Assert.Equal("", output.Text.Trim());
    }

    [Fact]
    public async Task SetUp_OfALaptopOnTwoDisks_IsRefusedAndChangesNothing()
    {
        using var laptop = DistributionModels.Of("fedora");
        laptop.WriteDisk("sda", "pci0000:00/ata1/host0", "Samsung SSD 870", partitions: 1);
        laptop.Write("sys/fs/btrfs/" + LaptopModel.RootId + "/devices/sda1", "");
        var before = TreeSnapshot.Of(laptop.Root);
        Assert.Contains("/ is on 2 disks", await RunAsync(ExitCode.Refused, "--yes", "--root", laptop.Root), StringComparison.Ordinal);
        Assert.Equal(before, TreeSnapshot.Of(laptop.Root));
    }

    [Fact]
    public async Task SetUp_OfALaptopThatWouldNotWork_SaysWhatIsStillInTheWay()
    {
        using var laptop = DistributionModels.Of("debian");
        laptop.Write("proc/sys/kernel/kexec_load_disabled", "1\n");
        Assert.Contains("serving would not work yet: kernel.kexec_load_disabled is 1", await RunAsync(ExitCode.Done, "--yes", "--root", laptop.Root), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetUp_WithoutTheProgram_SaysHowToInstallIt()
    {
        using var laptop = DistributionModels.Of("debian");
        laptop.Remove("usr/local/bin/stiefel");
        Assert.Contains("install the programs first", await RunAsync(ExitCode.WrongUsage, "--yes", "--root", laptop.Root), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--root", "/no/such/directory", "--yes")]
    [InlineData("--undo", "--yes")]
    [InlineData("--sure")]
    public async Task SetUp_NotOneOfItsThings_IsWrongUsage(params string[] arguments) => await RunAsync(ExitCode.WrongUsage, arguments);

    // Hashes of keys and times of files differ in each run.
    private static string WithoutContent(string line) => line.Contains(" -> ", StringComparison.Ordinal) ? line : string.Join(' ', line.Split(' ').Take(2));

    private static Task<string> RunAsync(int expected, params string[] arguments) => RunAsync(expected, null, arguments);

    private static async Task<string> RunAsync(int expected, TextWriter? errors, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(new RootCommand("test") { SetupServerOsVerb.Build() }, ["setup-server-os", .. arguments], output, errors ?? output);
        Assert.True(code == expected, $"exit code {code}: {output}");
        return output.ToString();
    }
}
