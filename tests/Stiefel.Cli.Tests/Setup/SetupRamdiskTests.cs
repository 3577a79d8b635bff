using System.CommandLine;
using Stiefel.Cli.Configuration;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Ramdisk.Packing;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Cli.Verbs;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Setup;

/// <summary>The ramdisk that set-up builds from the laptop's files: it is kept up to date, and removed by undo.</summary>
public sealed class SetupRamdiskTests : IDisposable
{
    private const string Newer = "6.1.0-51-amd64";
    private const string Initrd = "var/lib/stiefel/stiefel-initrd.img";

    private readonly LaptopModel _laptop = DistributionModels.Of("debian");
    private readonly TemporaryDirectory _parts = new();

    public SetupRamdiskTests() => WritePrograms("programs");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Place => _laptop[CarriedPrograms.Place];

    private string Release => RamdiskManifest.Read(_laptop["var/lib/stiefel/manifest.json"]).KernelRelease;

    public void Dispose()
    {
        _laptop.Dispose();
        _parts.Dispose();
    }

    [Fact]
    public async Task SetUp_WithThePackagesPrograms_MakesTheRamdiskOfTheOwnKernelAndUndoesIt()
    {
        WriteKernel(LaptopModel.Release);
        var before = TreeSnapshot.Of(_laptop.Root);
        var text = await RunAsync("--yes");

        Assert.Contains($"kernel {LaptopModel.Release} of this laptop has what the ramdisk needs: loop, squashfs, ipv6, ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the ramdisk is not there yet", text, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(_laptop[$"boot/vmlinuz-{LaptopModel.Release}"], Token), await File.ReadAllBytesAsync(_laptop["var/lib/stiefel/stiefel-vmlinuz"], Token));
        var bytes = await File.ReadAllBytesAsync(_laptop[Initrd], Token);
        Assert.True(bytes.AsSpan().IndexOf("early/modules/00-loop.ko\0"u8) > 0 && bytes.AsSpan().IndexOf("early/modules/01-squashfs.ko\0"u8) > 0);
        Assert.True(bytes.AsSpan().StartsWith("start of programs"u8) && bytes.AsSpan().IndexOf("usr of programs"u8) > 0 && bytes.AsSpan().IndexOf("hsqs"u8) > 0);

        // FileInfo must describe the file rather than the link that leads to it.
        Assert.Equal(bytes.Length, new FileInfo(RamdiskImage.Find(_laptop["var/lib/stiefel"]).Initrd).Length);

        Assert.Contains("nothing to change", await RunAsync("--yes"), StringComparison.Ordinal);
        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public async Task Update_AfterAnUpgradeOfTheKernel_TakesTheNewerAndKeepsTheOneBeforeForItsReaders()
    {
        WriteKernel(LaptopModel.Release);
        await RunAsync("--yes");
        using var reader = File.OpenRead(_laptop[Initrd]);
        WriteKernel(Newer);
        await RunAsync("--update");
        Assert.Equal(Newer, Release);
        Assert.Equal(2, Directory.GetDirectories(_laptop["var/lib/stiefel/image"]).Count(directory => Path.GetFileName(directory) != "current"));
        Assert.Equal("", await RunAsync("--update"));
    }

    [Fact]
    public async Task Update_AfterAnUpgradeOfThePrograms_TakesThose()
    {
        WriteKernel(LaptopModel.Release);
        await RunAsync("--yes");
        WritePrograms("newer programs");
        await RunAsync("--update");
        Assert.True((await File.ReadAllBytesAsync(_laptop[Initrd], Token)).AsSpan().StartsWith("start of newer programs"u8));
    }

    [Fact]
    public async Task Update_AfterAChangeOfWhatTheConfigurationAdds_MakesItAnewAndAfterOthersDoesNot()
    {
        WriteKernel(LaptopModel.Release);
        await RunAsync("--yes");
        var configuration = await File.ReadAllTextAsync(_laptop["etc/stiefel/config.yaml"], Token) + "autokexec:\n  grace: 20\n";
        _laptop.Write("etc/stiefel/config.yaml", configuration);
        Assert.Equal("", await RunAsync("--update"));

        _laptop.Write("etc/stiefel/hello", "first words");
        _laptop.Write("etc/stiefel/config.yaml", $"{configuration}initrd:\n  include-files: [/etc/stiefel/hello:/etc/stiefel/start.d/hello]\n");
        await RunAsync("--update");
        Assert.True((await File.ReadAllBytesAsync(_laptop[Initrd], Token)).AsSpan().IndexOf("first words"u8) > 0);
        Assert.Equal("", await RunAsync("--update"));

        // The configuration is the same, and the file is not.
        _laptop.Write("etc/stiefel/hello", "other words");
        await RunAsync("--update");
        Assert.True((await File.ReadAllBytesAsync(_laptop[Initrd], Token)).AsSpan().IndexOf("other words"u8) > 0);
    }

    [Fact]
    public async Task Update_ToAKernelThatLacksSomething_KeepsTheRamdiskThatStarts()
    {
        WriteKernel(LaptopModel.Release);
        await RunAsync("--yes");
        WriteKernel(Newer, without: "squashfs");
        await RunAsync("--update");
        Assert.Equal(LaptopModel.Release, Release);
    }

    [Fact]
    public async Task Update_WhereNothingIsSetUp_DoesNothing()
    {
        WriteKernel(LaptopModel.Release);
        var before = TreeSnapshot.Of(_laptop.Root);
        Assert.Equal("", await RunAsync("--update"));
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    [Fact]
    public async Task SetUp_OnAKernelThatLacksSomething_SaysWhatAndHowToGoOn()
    {
        WriteKernel(LaptopModel.Release, without: "squashfs");
        var text = await RunAsync("--yes");
        Assert.Contains($"kernel {LaptopModel.Release} is not used: it lacks squashfs (that file system is a squashfs)", text, StringComparison.Ordinal);
        Assert.Contains("next: the ramdisk is not there yet; make it with `stiefel create-initrd`", text, StringComparison.Ordinal);
        Assert.False(File.Exists(_laptop[Initrd]));
    }

    [Fact]
    public async Task SetUp_OfDebiansKernelByChoice_FetchesNothing()
    {
        WriteKernel(LaptopModel.Release);
        _laptop.Write("etc/stiefel/config.yaml", "initrd:\n  kernel: debian\n");
        await RunAsync("--yes");
        Assert.False(File.Exists(_laptop[Initrd]));
    }

    [Fact]
    public async Task SetUp_BesideARamdiskOfSomebodysOwn_LeavesItAsItIs()
    {
        WriteKernel(LaptopModel.Release);
        _laptop.WriteKernel("var/lib/stiefel/stiefel-vmlinuz");
        _laptop.Write(Initrd, "mine");
        await RunAsync("--yes");
        await RunAsync("--update");
        await RunAsync("--undo");
        Assert.Equal("mine", await File.ReadAllTextAsync(_laptop[Initrd], Token));
    }

    [Fact]
    public async Task SetUp_WithDamagedPrograms_SaysSoAndMakesNone()
    {
        WriteKernel(LaptopModel.Release);
        await File.AppendAllTextAsync(Path.Combine(Place, "usr.squashfs"), "x", Token);
        Assert.Contains("install the package again", await RunAsync(ExitCode.Failed, "--yes"), StringComparison.Ordinal);
        Assert.False(File.Exists(_laptop[Initrd]));
    }

    [Theory]
    [InlineData("--yes", "--update")]
    [InlineData("--undo", "--update")]
    [InlineData("--keep-keys", "--yes")]
    public async Task Options_ThatContradictEachOther_AreWrongUsage(params string[] options) => await RunAsync(ExitCode.WrongUsage, options);

    [Fact]
    public async Task Undo_ThatKeepsKeys_LeavesThemAndTheConfigurationAndIsUndoneLater()
    {
        WriteKernel(LaptopModel.Release);
        var before = TreeSnapshot.Of(_laptop.Root);
        await RunAsync("--yes");
        await RunAsync("--undo", "--keep-keys");
        Assert.True(File.Exists(_laptop["etc/stiefel/keys/stick.key"]) && File.Exists(_laptop["etc/stiefel/config.yaml"]));
        Assert.False(File.Exists(_laptop[Initrd]) || File.Exists(_laptop["etc/systemd/system/stiefel-autokexec.service"]));
        await RunAsync("--undo");
        Assert.Equal(before, TreeSnapshot.Of(_laptop.Root));
    }

    // The modules are short texts, about which depmod only warns.
    private void WriteKernel(string release, string without = "none")
    {
        string[] modules = ["drivers/block/loop.ko", "fs/squashfs/squashfs.ko", "drivers/net/wireguard/wireguard.ko", "fs/ext4/ext4.ko", "fs/fat/vfat.ko"];
        var directory = $"lib/modules/{release}";
        _laptop.WriteKernel($"boot/vmlinuz-{release}", release);
        _laptop.Write($"{directory}/modules.builtin", "kernel/net/ipv6/ipv6.ko\n");
        _laptop.Write($"{directory}/modules.dep", string.Concat(modules.Where(module => !module.Contains(without, StringComparison.Ordinal)).Select(module => $"kernel/{module}:\n")));
        foreach (var module in modules)
        {
            _laptop.Write($"{directory}/kernel/{module}", $"module {module} of {release}");
        }
    }

    private void WritePrograms(string name)
    {
        PackedPart Part(string part)
        {
            var file = _parts.Write(part, $"{part} of {name}");
            return new PackedPart(part, file, 1, Compression.None);
        }

        var programs = new SortedDictionary<string, ManifestFile> { ["stiefel-server"] = new(name.Length, "0") };
        CarriedPrograms.Write(new RamdiskPrograms(Part("start"), Part("usr"), programs, []), Place);
    }

    private Task<string> RunAsync(params string[] arguments) => RunAsync(ExitCode.Done, arguments);

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var output = new StringWriter();
        var code = await new VerbRunner("stiefel", Failure.AsVerbException).RunAsync(
            new RootCommand("test") { SetupServerOsVerb.Build() }, ["setup-server-os", .. arguments, "--root", _laptop.Root], output, output);
        Assert.True(code == expected, $"exit code {code}: {output}");
        return output.ToString();
    }
}
