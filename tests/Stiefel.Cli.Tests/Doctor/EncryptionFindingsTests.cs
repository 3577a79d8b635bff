using System.Buffers.Binary;
using System.Text;
using Stiefel.Cli.Laptop;
using Stiefel.Cli.Tests.Laptop;
using Stiefel.Protocol.Tests.Fuzz;
using Xunit;

namespace Stiefel.Cli.Tests.Doctor;

/// <summary>What opens an encrypted laptop, and whether a desktop can open it, too.</summary>
public sealed class EncryptionFindingsTests
{
    private const string ByTpm = """{"type":"systemd-tpm2","keyslots":["1"]}""";

    [Theory]
    [InlineData("home UUID=1234 none luks", null)]
    [InlineData("home /dev/nvme0n1p2 none luks", "Stop crypttab-by-hardware")]
    [InlineData("luks-root /dev/nvme0n1p2 none luks", "Note crypttab-root-by-hardware")]
    [InlineData("home /dev/nvme0n1p2 none luks,nofail", null)]
    [InlineData("home UUID=1234 none luks,tpm2-device=auto", "Note crypttab-tpm")]
    [InlineData("# home /dev/nvme0n1p2 none luks", null)]
    public void CryptTable_WithOneLine_IsComplainedOfThat(string line, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteMapped("dm-0", "luks-root", "CRYPT-LUKS2-abc-luks-root", "nvme0n1p2");
        laptop.Write("proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/mapper/luks-root rw\n23 22 259:1 / /boot rw - ext4 /dev/nvme0n1p1 rw\n");
        laptop.Write("etc/crypttab", line + "\n");
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("\"0\":{},\"1\":{}", "\"0\":" + ByTpm, "Note luks-tpm")]
    [InlineData("\"1\":{}", "\"0\":" + ByTpm, "Stop luks-without-passphrase")]
    [InlineData("\"0\":{},\"1\":{}", "", null)]
    [InlineData("\"0\":{}", "\"0\":{\"type\":\"systemd-fido2\",\"keyslots\":[\"0\"]}", null)]
    public void Luks_SealedToTheTpm_NeedsAPassphraseBesides(string slots, string tokens, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.Write("dev/nvme0n1p2", Header(slots, tokens));
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Theory]
    [InlineData("root=/dev/disk/by-id/nvme-SAMSUNG_MZVL2512_S64DNF0R1-part2 ro", "Stop root-by-hardware")]
    [InlineData("root=/dev/mapper/root cryptdevice=/dev/nvme0n1p2:root rw", "Stop cryptdevice-by-hardware")]
    [InlineData("root=/dev/mapper/root cryptdevice=UUID=1234:root rw", null)]
    [InlineData("root=/dev/nvme0n1p2 ro", null)]
    [InlineData("root=UUID=1 ro resume=UUID=2", "Note hibernation")]
    public void BootEntry_NamingTheLaptopsHardware_IsSaid(string arguments, string? expected)
    {
        using var laptop = LaptopModel.Debian();
        laptop.WriteGrub("boot/grub", $"/boot/vmlinuz-{LaptopModel.Release}", $"/boot/initrd.img-{LaptopModel.Release}", arguments);
        Assert.Equal(expected is null ? [] : [expected], Examination.ComplaintsOf(laptop));
    }

    [Fact]
    public void Header_Damaged_IsNone() => HostileInput.Feed([Header("\"0\":{},\"1\":{}", "\"0\":" + ByTpm)], 4_000, 4 << 20, input => LuksHeader.Read(input));

    private static byte[] Header(string slots, string tokens)
    {
        var header = new byte[16384];
        "LUKS"u8.CopyTo(header);
        header[4] = 0xba;
        header[5] = 0xbe;
        header[7] = 2;
        BinaryPrimitives.WriteInt64BigEndian(header.AsSpan(8), header.Length);
        Encoding.ASCII.GetBytes("{\"keyslots\":{" + slots + "},\"tokens\":{" + tokens + "}}").CopyTo(header, 4096);
        return header;
    }
}
