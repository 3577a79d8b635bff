using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Stiefel.Cli.Doctor;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>Secure Boot, keys and signatures, boot loader and EFI System partition.</summary>
public sealed class FirmwareFindingsTests
{
    private const string ImageSecurity = "d719b2cb-3d3a-4596-a3bc-dad00e67656f";
    private const string Shim = "605dab50-e046-4300-abb6-3dd810dd8b23";
    private const string Ramdisk = "var/lib/stiefel/stiefel-vmlinuz";

    [Fact]
    public void SecureBoot_On_SaysWhoseKeys()
    {
        using var laptop = Locked("Debian Secure Boot CA", "Debian Secure Boot CA");
        laptop.WriteVariable("db", ImageSecurity, [.. List("Microsoft Corporation UEFI CA 2011"), .. List("Microsoft Windows Production PCA 2011")]);
        laptop.WriteVariable("MokListRT", Shim, List("Mine"));
        Assert.Empty(Examination.ComplaintsOf(laptop));
        var text = Assert.Single(Examination.Of(laptop).Findings, finding => finding.Id == "secure-boot").Text;
        Assert.Contains("keys of Microsoft Corporation UEFI CA 2011, Microsoft Windows Production PCA 2011, Mine", text, StringComparison.Ordinal);
    }

    [Fact]
    public void SetupMode_IsSaid()
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteVariable("SetupMode", LaptopModel.Global, 1);
        Assert.Equal(["Note secure-boot-setup-mode"], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("Canonical Ltd. Master Certificate Authority", "Debian Secure Boot CA", "", "Stop ramdisk-foreign-signature")]
    [InlineData("Canonical Ltd. Master Certificate Authority", "Debian Secure Boot CA", "Debian Secure Boot CA", null)]
    [InlineData("Debian Secure Boot CA", "Debian Secure Boot CA", "", null)]
    [InlineData("Debian Secure Boot CA", "", "", "Stop ramdisk-unsigned")]
    public void Ramdisk_UnderLockdown_NeedsASignatureThatIsTrusted(string own, string ramdisk, string enrolled, string? expected)
    {
        using var laptop = Locked(own, ramdisk);
        if (enrolled.Length > 0)
        {
            laptop.WriteVariable("MokListRT", Shim, List(enrolled));
        }

        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData(@"\EFI\stiefel\shimx64.efi", "", "Note ramdisk-foreign-signature")]
    [InlineData(@"\EFI\stiefel\shimx64.efi", "  leave: kexec\n", "Stop ramdisk-foreign-signature")]
    [InlineData(@"\EFI\stiefel\0123456789abcdef\vmlinuz", "", "Stop ramdisk-foreign-signature")]
    public void Ramdisk_OfAForeignSigner_CanBeLeftForByAShimThatTrustsIt(string program, string leave, string expected)
    {
        using var laptop = Locked("Canonical Ltd. Master Certificate Authority", "Debian Secure Boot CA");
        laptop.Write("etc/stiefel/config.yaml", $"boot:\n  disk: /dev/nvme0n1\nautokexec:\n  grace: 5\n{leave}");
        laptop.WriteVariable("Boot0007", LaptopModel.Global, [1, 0, 0, 0, 4, 0, .. Encoding.Unicode.GetBytes("stiefel\0" + program + "\0")]);
        Assert.Equal([expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("ext4 /dev/nvme0n1p2", null)]
    [InlineData("xfs /dev/nvme0n1p2", null)]
    [InlineData("f2fs /dev/nvme0n1p2", "on f2fs")]
    [InlineData("ext4 /dev/mapper/vg-root", "on LVM")]
    [InlineData("ext4 /dev/mapper/luks-root", "on LUKS")]
    public void Grub_WhereItCannotWrite_IsATrap(string mount, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteMapped("dm-0", "luks-root", "CRYPT-LUKS2-abc-luks-root", "nvme0n1p2");
        laptop.WriteMapped("dm-1", "vg-root", "LVM-abc", "dm-0");
        laptop.Write("proc/self/mountinfo", $"22 1 259:2 / / rw - {mount} rw\n");
        Assert.Equal(expected is null ? [] : ["Note one-time-trap"], Examination.ComplaintsOf(laptop));
        Assert.All(Examination.Of(laptop).Findings.Where(finding => finding.Id == "one-time-trap"), finding => Assert.Contains(expected!, finding.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100L << 20, true)]
    [InlineData(500L << 20, false)]
    [InlineData(null, false)]
    public void EfiSystemPartition_WithLittleRoom_IsSaid(long? free, bool expected)
    {
        using var laptop = LaptopModel.Debian();
        Assert.Equal(expected, Examination.Of(laptop, free).Findings.Any(finding => finding is { Id: "esp-space", Grade: Grade.Note }));
    }

    [Theory]
    [InlineData("stiefel", "ext4", null)]
    [InlineData("stiefel", "btrfs", "Stop leave-firmware")]
    [InlineData("other", "ext4", "Stop leave-firmware")]
    public void LeavingByFirmware_NeedsAnEntryThatCanBeOrderedOnce(string id, string type, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("etc/stiefel/config.yaml", "boot:\n  disk: /dev/nvme0n1\nautokexec:\n  leave: firmware\n");
        laptop.Write("boot/grub/custom.cfg", $"menuentry 'Serve this disk' --id {id} {{\n  linux /vmlinuz\n}}\n# next_entry\n");
        laptop.Write("boot/grub/grubenv", "# GRUB Environment Block\n".PadRight(1024, '#'));
        laptop.Write("proc/self/mountinfo", $"22 1 259:2 / / rw - {type} /dev/nvme0n1p2 rw\n");
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop).Except(["Note one-time-trap"]));
    }

    [Fact]
    public void Names_DamagedListsAndSignatures_EndThem()
    {
        HostileInput.Feed([[.. List("One"), .. List("Two")]], 4_000, 4 << 20, input => SignatureDatabase.Names(input));
        HostileInput.Feed([SignedImage.Signature("Debian Secure Boot CA")], 4_000, 4 << 20, input => CertificateNames.IssuersOf(input));
    }

    private static LaptopModel Locked(string own, string ramdisk)
    {
        var laptop = LaptopModel.Debian();
        laptop.WriteEfi(secureBoot: 1);
        laptop.Write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
        laptop.Write(Ramdisk, SignedImage.Of(ramdisk));
        laptop.Write("boot/vmlinuz-" + LaptopModel.Release, SignedImage.Of(own));
        return laptop;
    }

    // EFI_SIGNATURE_LIST with one certificate.
    private static byte[] List(string name)
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest($"CN={name}, O=Test", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var content = certificate.RawData;
        var list = new byte[28 + 16];
        new Guid("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").TryWriteBytes(list);
        BinaryPrimitives.WriteInt32LittleEndian(list.AsSpan(16), list.Length + content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(list.AsSpan(24), 16 + content.Length);
        return [.. list, .. content];
    }
}
