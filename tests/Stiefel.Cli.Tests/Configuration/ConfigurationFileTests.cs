using CsCheck;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.Cli.Tests.Configuration;

public class ConfigurationFileTests
{
    private static readonly int s_fuzzRuns = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), out var runs) ? runs : 20_000;

    [Fact]
    public void Parse_EmptyFile_HasDefaults()
    {
        var configuration = ConfigurationFile.Parse("config.yaml", "# nothing\n");
        Assert.True(configuration.Autokexec.Broadcast);
        Assert.Equal(LinkProtection.WireGuard, configuration.Link.Protection);
        Assert.Equal(new Compression(CompressionFormat.Zstd, 19), configuration.Initrd.Packing.Compression);
        Assert.Empty(configuration.Notes);
    }

    [Fact]
    public void Parse_FileOfTheOldSystem_IsUnderstood()
    {
        var configuration = ConfigurationFile.Parse("/srv/config.yaml", OldFile);
        Assert.Equal(["base", "debug", "lvm", "nbd", "system-debian"], configuration.Modules.Order());
        Assert.Equal("/dev/disk/by-id/ata-X", configuration.Boot.Disk);
        Assert.Equal(new BootPartition("/dev/vg/boot", "/dev/sda2"), configuration.Boot.Partition);
        Assert.Equal(new BootLoad("/boot/vmlinuz-linux", "/boot/initramfs-linux.img", "root=UUID=1-2 rw"), configuration.Boot.Load);
        Assert.True(configuration.Autokexec.Broadcast);
        Assert.Equal(["11:11:11:11:11:11"], configuration.Autokexec.Macs.Select(mac => mac.ToString()));
        Assert.Equal("/var/local/kernel", configuration.ServerSetup.Kernel);
        Assert.Equal(new Compression(CompressionFormat.Gzip, 9), configuration.Initrd.Packing.Compression);
        Assert.Equal(["apt", "libapt-pkg6.0:amd64"], configuration.Initrd.Packing.ExcludePackages);
        Assert.Equal("/srv/cache", configuration.Paths.Cache);
        Assert.Equal("/srv/work", configuration.Paths.Work);
        Assert.Equal(new Compression(CompressionFormat.Gzip, 1), configuration.ModuleConfigs.Debug.Compression);
        Assert.True(configuration.ModuleConfigs.Debug.KeepExcludedPaths);
        Assert.Equal(4, configuration.Notes.Count);
    }

    [Fact]
    public void LinkProtection_None_ReachesTheRamdisk()
    {
        Assert.False(RamdiskContent.For(new StiefelConfiguration()).LinkInTheOpen);
        Assert.True(RamdiskContent.For(new StiefelConfiguration { Link = new LinkConfiguration { Protection = LinkProtection.None } }).LinkInTheOpen);
    }

    [Theory]
    [InlineData("boot:\n  prat: 1\n", "c:2:3: boot.prat: unknown key; expected one of disk, load, part")]
    [InlineData("colour: red\n", "c:1:1: colour: unknown key; expected one of autokexec, boot, initrd, link, module-configs, modules, network, paths, server-setup")]
    [InlineData("boot:\n  disk: 5\n", "c:2:9: boot.disk: expected a text, found `5`; put it in quotes to make it a text")]
    [InlineData("boot:\n  disk: [a]\n", "c:2:9: boot.disk: expected a text, found a list")]
    [InlineData("boot:\n  disk:\n", "c:2:8: boot.disk: expected a text, found nothing")]
    [InlineData("boot: true\n", "c:1:7: boot: expected a section of keys, found `true`")]
    [InlineData("autokexec:\n  broadcast: 'yes'\n", "c:2:14: autokexec.broadcast: expected true or false, found `yes`")]
    [InlineData("autokexec:\n  macs: [\"00:11:22:33:44:55\", nonsense]\n", "c:2:31: autokexec.macs[1]: expected a MAC address such as \"00:11:22:aa:bb:cc\", found `nonsense`")]
    [InlineData("boot:\n  load:\n    kernel: /k\n    cmdline: [a]\n", "c:3:5: boot.load.initrd: missing; boot.load needs all three of kernel, initrd and cmdline")]
    [InlineData("boot:\n  load:\n    kernel: /k\n    initrd: /i\n", "c:3:5: boot.load.cmdline: missing; boot.load needs all three of kernel, initrd and cmdline")]
    [InlineData("boot:\n  load:\n    kernel: /k\n    initrd: /i\n    cmdline: ['a=\"b c\"']\n", "c:5:14: boot.load.cmdline: a double quote cannot be passed to the ramdisk on its kernel command line: use stiefelsystem.json in the boot directory instead")]
    [InlineData("boot:\n  load:\n    kernel: /k\n    initrd: /i\n    cmdline: root=x\n", "c:5:14: boot.load.cmdline: expected a list of texts, found `root=x`")]
    [InlineData("boot:\n  load:\n    kernel: /k\n    initrd: /i\n    cmdline: [a, {b: c}]\n", "c:5:18: boot.load.cmdline[1]: expected a text, found a section")]
    [InlineData("boot:\n  part:\n    type: luks\n    block: /dev/x\n", "c:3:5: boot.part.luks_block: missing; with `type: luks` this is the encrypted partition")]
    [InlineData("network:\n  addresses: [192.168.7.1/24]\n", "c:2:15: network.addresses[0]: expected a card's address, = and an address with its prefix length, as 52:54:00:12:34:56=192.168.7.1/24, found `192.168.7.1/24`")]
    [InlineData("network:\n  dhcp-client: yes\n", "c:2:16: network.dhcp-client: expected on, off or router, found `yes`")]
    [InlineData("network:\n  dhcp: maybe\n", "c:2:9: network.dhcp: expected auto, off or always, found `maybe`")]
    [InlineData("link:\n  protection: maybe\n", "c:2:15: link.protection: expected wireguard or none, found `maybe`")]
    [InlineData("link:\n  mtu: 9k\n", "c:2:8: link.mtu: expected auto or a whole number from 1360 to 65535, found `9k`")]
    [InlineData("link:\n  internet: maybe\n", "c:2:13: link.internet: expected auto, yes or no, found `maybe`")]
    [InlineData("link:\n  mtu: 1300\n", "c:2:8: link.mtu: expected auto or a whole number from 1360 to 65535, found `1300`")]
    [InlineData("link:\n  mtu: 70000\n  protection: none\n", "c:2:8: link.mtu: expected auto or a whole number from 1280 to 65535, found `70000`")]
    [InlineData("initrd:\n  packing:\n    compressor: rar\n", "c:3:17: initrd.packing.compressor: expected zstd, xz, gzip or none, optionally with a level: zstd -19; found `rar`")]
    [InlineData("initrd:\n  packing:\n    size-limit: 0\n", "c:3:17: initrd.packing.size-limit: expected a whole number from 1 to 4095, found `0`")]
    [InlineData("modules: [nbd, nbt]\n", "c:1:16: modules[1]: no module is called `nbt`; expected one of base, clevo-fancontrol, debug, i915, lvm, nbd, r8152, system-arch, system-arch-dracut, system-debian, system-gentoo")]
    [InlineData("modules: [system-arch, system-debian]\n", "c:1:24: modules[1]: `system-arch` is chosen already; expected at most one system-* module (without any, the system is recognised)")]
    [InlineData("- a\n", "c:1:1: expected keys such as `modules:` or `boot:`")]
    public void Parse_OneMistake_SaysWhereAndWhatWasExpected(string text, string line)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", text));
        Assert.Equal([line], error.Problems);
        Assert.Equal(2, error.ExitCode);
    }

    [Fact]
    public void Parse_SeveralMistakes_AreAllShown()
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "boot: {disk: 1, x: 2}\nlink: {protection: 3}\n"));
        Assert.Equal(3, error.Problems.Count);
    }

    [Fact]
    public void Parse_SeveralMistakes_AreInTheOrderOfTheFile()
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "colour: red\nlink: {protection: 3}\nboot: {x: 2, disk: 1}\nmodules: [nbt]\n"));
        Assert.Equal(["c:1:1", "c:2:20", "c:3:8", "c:3:20", "c:4:11"], error.Problems.Select(line => string.Join(':', line.Split(':').Take(3))));
    }

    [Theory]
    [InlineData("boot:\n  disk: a\nlink:\n\tprotection: none\n", "c:4:")]
    [InlineData("# x\nboot:\n  disk: a\nlink:\n  protection: none\nautokexec:\n  grace: 3\n\tinternet: true\n", "c:8:")]
    [InlineData("modules: []\n\nboot:\n  part:\n    type: plain\n\t\tblock: x\n", "c:6:")]
    public void Parse_Tab_IsFoundWhereItIs(string text, string place)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", text));
        Assert.StartsWith(place, Assert.Single(error.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CardToBeWaitedFor_IsReadInBothForms()
    {
        var read = ConfigurationFile.Parse("c", "autokexec: {mac_detection: true, macs: [\"00:11:22:AA:bb:cc\", 00-11-22-33-44-55]}\n").Autokexec;
        Assert.True(read.MacDetection);
        Assert.Equal(["00:11:22:aa:bb:cc", "00:11:22:33:44:55"], read.Macs.Select(mac => mac.ToString()));
        Assert.Equal("c:1:28: autokexec.mac_detection: autokexec.macs names no card to wait for",
            Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "autokexec: {mac_detection: true}\n")).Message);
    }

    [Theory]
    [InlineData("boot: [\n")]
    [InlineData("boot: {disk: a, disk: b}\n")]
    [InlineData("a: *b\n")]
    public void Parse_NoYaml_SaysWhere(string text)
    {
        var error = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", text));
        Assert.Matches(@"^c:\d+:\d+: not valid YAML: ", Assert.Single(error.Problems));
    }

    [Fact]
    public void Parse_DeepNesting_IsAnError()
        => Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("c", "boot: " + new string('[', 500_000)));

    [Fact]
    public void Parse_AnyText_GivesAConfigurationOrProblems()
    {
        string[] pieces = [.. OldFile.Split('\n'), "&a", "*a", "[", "]", "{", "}", ":", "- ", "? ", "|\n", "\t", "'", "\"", "\0", "!!map", "---", "<<: *a"];
        var texts = Gen.OneOf(Gen.Int[0, pieces.Length - 1].Select(index => pieces[index]), Gen.String[0, 8]).List[0, 30].Select(parts => string.Join("\n", parts));
        texts.Sample(
            text =>
            {
                try
                {
                    ConfigurationFile.Parse("c", text);
                }
                catch (ConfigurationException error)
                {
                    Assert.All(error.Problems, line => Assert.StartsWith("c:", line, StringComparison.Ordinal));
                }
            },
            iter: s_fuzzRuns);
    }

    [Fact]
    public void Parse_DamagedFile_GivesAConfigurationOrProblemsForBoundedMemory()
    {
        byte[][] seeds = [System.Text.Encoding.UTF8.GetBytes(OldFile), "modules: [base, nbd]\nlink: {protection: wireguard}\nboot: &a {disk: \"x\\u00e4\"}\n"u8.ToArray()];
        HostileInput.Feed(seeds, 5_000, 8 << 20, input =>
        {
            try
            {
                ConfigurationFile.Parse("c", System.Text.Encoding.UTF8.GetString(input));
            }
            catch (ConfigurationException error)
            {
                Assert.All(error.Problems, line => Assert.StartsWith("c:", line, StringComparison.Ordinal));
            }
        });
    }

    [Fact]
    public void Load_TheExampleFile_IsValid()
    {
        var directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "config-example.yaml")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        Assert.NotNull(directory);
        var configuration = ConfigurationFile.Load(Path.Combine(directory, "config-example.yaml"));
        Assert.Equal(LinkProtection.WireGuard, configuration.Link.Protection);
        Assert.Null(configuration.Link.Mtu);
        Assert.Empty(configuration.Notes);
        Assert.Empty(configuration.ModuleConfigs.Debug.ExtraPackages);
        Assert.Null(configuration.ModuleConfigs.Debug.Shell);
    }

    [Fact]
    public void Drivers_WithAddressAndHash_AreReadAndOthersSayWhatIsExpected()
    {
        var hash = new string('A', 64);
        var drivers = ConfigurationFile.Parse("/etc/c.yaml", $"initrd:\n  drivers: [https://example.org/d.tar.gz {hash}, d.tar {hash}]\n").Initrd.Drivers;
        Assert.Equal([new("https://example.org/d.tar.gz", new string('a', 64)), new("/etc/d.tar", new string('a', 64))], drivers);
        foreach (var wrong in (string[])["https://example.org/d.tar.gz", "https://example.org/d.tar.gz 12", $"d.tar {new string('g', 64)}"])
        {
            var problems = Assert.Throws<ConfigurationException>(() => ConfigurationFile.Parse("/etc/c.yaml", $"initrd:\n  drivers:\n    - {wrong}\n")).Problems;
            Assert.StartsWith("/etc/c.yaml:3:7: initrd.drivers[0]: expected an address and the SHA-256", Assert.Single(problems), StringComparison.Ordinal);
        }
    }

    private const string OldFile = """
        modules:
            - debug
            - base
            - nbd
            - system-debian
            - lvm
        boot:
            disk: /dev/disk/by-id/ata-X
            part:
                type: luks
                luks_block: /dev/sda2
                block: /dev/vg/boot
            load:
                kernel: /boot/vmlinuz-linux
                initrd: /boot/initramfs-linux.img
                cmdline:
                    - root=UUID=1-2
                    - rw
        autokexec:
            broadcast: True
            mac_detection: False
            macs:
                - "11:11:11:11:11:11"
        server-setup:
            stiefelsystem-kernel: /var/local/kernel
            stiefelsystem-initrd: /var/local/initrd
            cmdline:
                - ro
        initrd:
            include-packages:
                - iputils-ping
            shell: /usr/bin/dash
            password: stiefel
            packing:
                compressor: pigz -11
                exclude-paths:
                    - boot
                    - usr/share/man
                exclude-packages:
                    - apt
                    - libapt-pkg6.0:amd64
        paths:
            cache: cache
            workdir: work
            workdir-subpaths:
                cpio: initrd.cpio
                initrd: initrd.nspawn
                initrd-devel: initrd.nspawn-devel
        module-configs:
            debug:
                better-shell: /usr/bin/bash
                dont-exclude-packages: true
                dont-exclude-paths: true
                faster-compressor: pigz -1
                extra-packages:
                    - htop
            r8152:
                url: https://example.org/r8152.tar.gz
        """;
}
