using System.Text;
using Stiefel.Cli.Autokexec;
using Xunit;

namespace Stiefel.Cli.Tests.Autokexec;

/// <summary>Which entry started this system, and whether desktops should boot the same entry.</summary>
public sealed class OwnStartTests : IDisposable
{
    private const string CommandLine = "BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.1 root=UUID=1 ro";

    private readonly TemporaryDirectory _directory = new();

    private OwnStart Start => new(Below("efivars"), Below("boot"), Below("state"), Below("run"));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Entry_SystemdBoot_IsItsId()
    {
        Variable("LoaderEntrySelected", "Arch.conf");
        Assert.Equal("loader:arch.conf", Start.Entry("root=UUID=1 rw"));
    }

    [Fact]
    public void Entry_OtherLoader_IsKernelAndHashOfTheArguments()
    {
        var entry = Start.Entry(CommandLine)!;
        Assert.Matches("^kernel:/vmlinuz-6[.]1#[0-9a-f]{16}$", entry);
        Assert.Equal(entry, Start.Entry(CommandLine + " initrd=/initrd.img"));
        Assert.NotEqual(entry, Start.Entry(CommandLine + " quiet"));
        Assert.DoesNotContain("UUID", entry, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("root=UUID=1 ro")]
    [InlineData(CommandLine + " single")]
    [InlineData(CommandLine + " recovery nomodeset")]
    [InlineData(CommandLine + " systemd.unit=rescue.target")]
    [InlineData(CommandLine + " init=/bin/bash")]
    [InlineData("BOOT_IMAGE=/vmlinuz-0-rescue-1 root=UUID=1")]
    [InlineData("BOOT_IMAGE=/vmlinuz stiefel_role=client")]
    public void Entry_UnknownOrRescueOrOurs_IsNone(string commandLine) => Assert.Null(Start.Entry(commandLine));

    /// <summary>The ramdisk's entry does not start this system, so the start after it is a usual one.</summary>
    [Fact]
    public void Entry_RamdiskWasOrderedForOneStart_IsTheUsualOne()
    {
        Variable("LoaderEntryOneShot", "-stiefel.conf");
        Start.Remember();
        File.Delete(Below("efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"));
        Directory.CreateDirectory(Below("boot/grub"));
        File.WriteAllText(Below("boot/grub/grubenv"), "# GRUB Environment Block\nnext_entry=stiefel\n");
        Start.Remember();
        Start.Recall();
        Assert.NotNull(Start.Entry(CommandLine));
    }

    [Fact]
    public void Entry_OrderedForOneStart_IsNoneUntilTheNextStart()
    {
        Variable("LoaderEntryOneShot", "rescue-usb.conf");
        Start.Remember();
        File.Delete(Below("efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"));
        Variable("LoaderEntrySelected", "Rescue-usb.conf");

        var after = Start;
        after.Recall();
        Assert.Null(after.Entry("root=UUID=1"));
        Variable("LoaderEntrySelected", "arch.conf");
        Assert.Equal("loader:arch.conf", after.Entry("root=UUID=1"));

        Directory.Delete(Below("run"), recursive: true);
        Variable("LoaderEntrySelected", "once.conf");
        Start.Recall();
        Assert.Equal("loader:once.conf", Start.Entry("root=UUID=1"));
    }

    [Fact]
    public void Entry_OrderedByGrubReboot_IsNone()
    {
        Directory.CreateDirectory(Below("boot/grub"));
        File.WriteAllText(Below("boot/grub/grubenv"), "# GRUB Environment Block\nnext_entry=other\n####");
        Start.Remember();
        Start.Recall();
        Assert.Null(Start.Entry(CommandLine));

        File.WriteAllText(Below("boot/grub/grubenv"), "# GRUB Environment Block\nnext_entry=\n####");
        Directory.Delete(Below("run"), recursive: true);
        Start.Remember();
        Start.Recall();
        Assert.NotNull(Start.Entry(CommandLine));
    }

    private string Below(string path) => Path.Combine(_directory.Path, path);

    private void Variable(string name, string value)
    {
        Directory.CreateDirectory(Below("efivars"));
        File.WriteAllBytes(Below($"efivars/{name}-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"), [7, 0, 0, 0, .. Encoding.Unicode.GetBytes(value + "\0")]);
    }
}
