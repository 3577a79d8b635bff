using System.Security.Cryptography;
using Stiefel.Cli.Keys;
using Stiefel.Cli.Ramdisk;
using Stiefel.Cli.Stick;
using Stiefel.CommandLine;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

/// <summary>An EFI System partition with the loaders of two other systems on it.</summary>
public class SharedPartitionTests
{
    private static readonly (string Path, string Text)[] s_others =
    [
        ("EFI/Microsoft/Boot/bootmgfw.efi", "windows"), ("EFI/Microsoft/Boot/BCD", "store"), ("EFI/Boot/bootx64.efi", "windows"),
        ("EFI/fedora/shimx64.efi", "shim"), ("EFI/fedora/grub.cfg", "search"), ("loader/entries/a.conf", "title a"),
    ];

    [Fact]
    public void Write_BesideOthers_TouchesNothingOfThemAndIsUndone()
    {
        using var esp = Esp();
        using var ramdisk = Ramdisk();
        var before = Snapshot(esp);
        var key = new KeyDirectory(ramdisk["keys"]).Create("blue");
        var partition = Partition(esp);
        partition.Check(force: true);
        partition.Write(new StickContent(new RamdiskImage(ramdisk.Path), key, "extra=1"));

        var after = Snapshot(esp);
        Assert.Equal(before, after.Where(file => !file.Key.StartsWith("EFI/STIEFELC/", StringComparison.Ordinal)));
        Assert.Equal(
            ["GRUB.CFG", "GRUBX64.EFI", "INITRD.IMG", "KEY.IMG", "MANIFEST.JSN", "MMX64.EFI", "SHIMX64.EFI", "VMLINUZ"],
            after.Keys.Where(file => file.StartsWith("EFI/STIEFELC/", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var menu = File.ReadAllText(esp["EFI/STIEFELC/GRUB.CFG"]);
        Assert.Contains("linux /EFI/STIEFELC/VMLINUZ stiefel_role=client", menu, StringComparison.Ordinal);
        Assert.Contains("initrd /EFI/STIEFELC/INITRD.IMG /EFI/STIEFELC/KEY.IMG\n", menu, StringComparison.Ordinal);

        Assert.True(partition.Undo());
        Assert.Equal(before, Snapshot(esp));
        Assert.False(partition.Undo());
    }

    [Fact]
    public void Write_Again_KeepsTheKeyAndLeavesNothingBetween()
    {
        using var esp = Esp();
        using var ramdisk = Ramdisk();
        var content = new StickContent(new RamdiskImage(ramdisk.Path), new KeyDirectory(ramdisk["keys"]).Create("blue"), null);
        Partition(esp).Write(content);
        var key = File.ReadAllBytes(esp["EFI/STIEFELC/KEY.IMG"]);
        ramdisk.Write(RamdiskImage.KernelName, "newer");

        var kept = KeptKey.OfDirectory(esp.Path);
        Assert.Equal(key, kept);
        Partition(esp).Check(force: true);
        Partition(esp).Write(content with { KeyFile = null, KeptKey = kept });
        Assert.Equal(key, File.ReadAllBytes(esp["EFI/STIEFELC/KEY.IMG"]));
        Assert.Equal("newer", File.ReadAllText(esp["EFI/STIEFELC/VMLINUZ"]));
        Assert.DoesNotContain(Snapshot(esp).Keys, file => file.EndsWith(".NEW", StringComparison.Ordinal));
    }

    /// <summary>If the last file cannot be written, everything that started before still starts.</summary>
    [Fact]
    public void Write_FailsInTheMiddle_LeavesWhatWasThereBefore()
    {
        using var esp = Esp();
        using var ramdisk = Ramdisk();
        var content = new StickContent(new RamdiskImage(ramdisk.Path), new KeyDirectory(ramdisk["keys"]).Create("blue"), null);
        Partition(esp).Write(content);
        var before = Snapshot(esp);
        ramdisk.Write(RamdiskImage.KernelName, "newer");
        Directory.CreateDirectory(esp["EFI/STIEFELC/GRUBX64.EFI.NEW"]);

        var failure = Assert.Throws<FailedException>(() => Partition(esp).Write(content));
        Assert.EndsWith("; what was there before is unchanged", failure.Message, StringComparison.Ordinal);
        Directory.Delete(esp["EFI/STIEFELC/GRUBX64.EFI.NEW"]);
        Assert.Equal(before, Snapshot(esp));
    }

    [Fact]
    public void Check_DirectoryOfSomebodyElse_IsRefused()
    {
        using var esp = Esp();
        esp.Write("EFI/STIEFELC/theirs.efi", "x");
        var refusal = Assert.Throws<RefusedException>(() => Partition(esp).Check(force: true));
        Assert.Equal($"{esp["EFI/STIEFELC"]} exists already, and theirs.efi in it is not Stiefel's: move it elsewhere", refusal.Message);
    }

    [Fact]
    public void Check_NoFatAndNoDirectory_SayWhatToDo()
    {
        using var esp = Esp();
        Assert.Contains("firmware starts from FAT only", Assert.Throws<RefusedException>(() => Partition(esp).Check(force: false)).Message, StringComparison.Ordinal);
        Assert.Equal("--into-esp /nowhere: there is no such directory; mount the partition first", Assert.Throws<UsageException>(() => new SharedPartition("/nowhere", Log).Check(force: false)).Message);
    }

    private static StepLog Log => new(TextWriter.Null);

    private static SharedPartition Partition(TemporaryDirectory esp) => new(esp.Path, Log);

    private static TemporaryDirectory Esp()
    {
        var directory = new TemporaryDirectory();
        s_others.ToList().ForEach(file => directory.Write(file.Path, file.Text));
        return directory;
    }

    private static TemporaryDirectory Ramdisk()
    {
        var directory = new TemporaryDirectory();
        directory.Write(RamdiskImage.KernelName, "kernel");
        directory.Write(RamdiskImage.InitrdName, "initrd");
        directory.Write(RamdiskManifest.FileName, "{}");
        return directory;
    }

    private static SortedDictionary<string, string> Snapshot(TemporaryDirectory directory) => new(
        Directory.EnumerateFiles(directory.Path, "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(directory.Path, file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))),
        StringComparer.Ordinal);
}
