using System.Text;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

/// <summary>Tests the client on the first partition of a Ventoy stick, beside a menu that the user has or has not.</summary>
public sealed class VentoyTests : IDisposable
{
    private const string Menu = "ventoy/ventoy_grub.cfg";

    // Neither UTF-8 nor with a line feed at its end.
    private static readonly byte[] s_users = [.. "menuentry \"Caf"u8, 0xE9, .. "\" {\r\n  echo 1\r\n}"u8];

    private readonly TemporaryDirectory _stick = new();
    private readonly TemporaryDirectory _ramdisk = new();

    public void Dispose()
    {
        _stick.Dispose();
        _ramdisk.Dispose();
    }

    [Fact]
    public void Write_NoMenuYet_MakesOneAndUndoLeavesNothing()
    {
        Write();
        Assert.Equal(
            ["EFI/STIEFELC/GRUB.CFG", "EFI/STIEFELC/INITRD.IMG", "EFI/STIEFELC/KEY.IMG", "EFI/STIEFELC/MANIFEST.JSN", "EFI/STIEFELC/VMLINUZ", Menu],
            Files());
        Assert.True(Partition().Undo());
        Assert.Empty(Files());
        Assert.False(Directory.Exists(_stick["ventoy"]));
        Assert.False(Partition().Undo());
    }

    [Fact]
    public void Write_MenuOfTheUser_KeepsEveryByteOfItAndUndoRestoresIt()
    {
        Directory.CreateDirectory(_stick["ventoy"]);
        File.WriteAllBytes(_stick[Menu], s_users);
        Write();
        Write();

        var both = File.ReadAllBytes(_stick[Menu]);
        Assert.Equal(s_users, both[..s_users.Length]);
        Assert.Single(Encoding.Latin1.GetString(both).Split('\n'), line => line.StartsWith("menuentry \"Stiefel", StringComparison.Ordinal));

        // What the user adds below afterwards stays as well.
        File.WriteAllBytes(_stick[Menu], [.. both, .. s_users]);
        Assert.True(Partition().Undo());
        Assert.Equal([.. s_users, .. s_users], File.ReadAllBytes(_stick[Menu]));
    }

    [Fact]
    public void Write_MenuCannotBeWritten_SaysSoAndLeavesItAsItIs()
    {
        Directory.CreateDirectory(_stick[Menu + ".NEW"]);
        File.WriteAllBytes(_stick[Menu], s_users);
        var failure = Assert.Throws<FailedException>(Write);
        Assert.EndsWith($"; it is unchanged, so that Ventoy does not show the files in {_stick["EFI/STIEFELC"]}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(s_users, File.ReadAllBytes(_stick[Menu]));
    }

    /// <summary>The disks of Ventoy sticks have file systems that firmware cannot read.</summary>
    [Fact]
    public void Check_NoFat_IsTakenForVentoyOnly()
    {
        Partition().Check(force: false);
        Assert.Throws<RefusedException>(() => new SharedPartition(_stick.Path, new StepLog(TextWriter.Null)).Check(force: false));
    }

    [Fact]
    public async Task Menus_OfVentoy_AreWhatGrubUnderstands()
    {
        Write();
        foreach (var script in (string[])[Menu, "EFI/STIEFELC/GRUB.CFG"])
        {
            await ExternalProgram.RunAsync("grub-script-check", [_stick[script]], token: TestContext.Current.CancellationToken);
        }

        var own = await File.ReadAllTextAsync(_stick["EFI/STIEFELC/GRUB.CFG"], TestContext.Current.CancellationToken);
        Assert.Equal(3, own.Split("initrd /EFI/STIEFELC/INITRD.IMG /EFI/STIEFELC/KEY.IMG\n").Length - 1);
        Assert.Contains("extra=1 stiefel_guest\n", own, StringComparison.Ordinal);
        Assert.Equal(1, own.Split("initrd /EFI/STIEFELC/INITRD.IMG\n").Length - 1);
    }

    private SharedPartition Partition() => new(_stick.Path, new StepLog(TextWriter.Null), isVentoy: true);

    private void Write()
    {
        _ramdisk.Write(RamdiskImage.KernelName, "kernel");
        _ramdisk.Write(RamdiskImage.InitrdName, "initrd");
        _ramdisk.Write(RamdiskManifest.FileName, "{}");
        var keys = new KeyDirectory(_ramdisk["keys"]);
        var key = Path.Combine(keys.Path, "blue.key") is var file && File.Exists(file) ? file : keys.Create("blue");
        Partition().Write(new StickContent(new RamdiskImage(_ramdisk.Path), key, "extra=1"));
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_stick.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_stick.Path, file)).Order(StringComparer.Ordinal);
}
