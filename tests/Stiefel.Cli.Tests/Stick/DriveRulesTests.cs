using Stiefel.Cli.Stick;
using Stiefel.Linux.BlockDevices;
using Xunit;

namespace Stiefel.Cli.Tests.Stick;

public class DriveRulesTests
{
    // Output of lsblk 2.38 for a usual stick.
    private const string Stick = """
        {"blockdevices": [{"path":"/dev/sdb", "type":"disk", "size":31004295168, "rm":true, "hotplug":true, "ro":false, "vendor":"SanDisk ", "model":"Ultra",
          "serial":"4C530001230908114091", "tran":"usb", "fstype":null, "label":null, "mountpoints":[null], "log-sec":512, "pkname":null,
          "children":[{"path":"/dev/sdb1", "type":"part", "size":31003246592, "rm":true, "hotplug":true, "ro":false, "vendor":null, "model":null, "serial":null, "tran":null,
            "fstype":"vfat", "label":"HOLIDAY", "mountpoints":[null], "log-sec":512, "pkname":"sdb"}]}]}
        """;

    [Fact]
    public void Parse_OfAStick_IsWhatAPersonRecognisesItBy()
    {
        var drive = DriveList.Parse(Stick);
        Assert.Equal(
            ["/dev/sdb: SanDisk Ultra, 31.0 GB, usb, serial number 4C530001230908114091", "  /dev/sdb1: 31.0 GB vfat \"HOLIDAY\""],
            drive.Describe());
        Assert.Equal("4C530001230908114091", drive.Proof);
        Assert.Empty(DriveRules.Judge(drive, [], StickLayout.Mbr, null));
    }

    [Fact]
    public void Describe_DriveThatSaysControlCharacters_ShowsNone()
    {
        var drive = new Drive("/dev/sdb", "disk", 1) { Model = "\e[2J\u0007x", Serial = "a\r\nb", Parts = [new DrivePart("/dev/sdb1", 1, "vfat", "\e]0;x", [])] };
        Assert.DoesNotContain(drive.Describe(), line => line.Any(char.IsControl));
    }

    public static TheoryData<string, string, string, bool> Refused => new()
    {
        { "\"type\":\"disk\"", "\"type\":\"rom\"", "/dev/sdb is an optical drive: name a USB stick", false },
        { "\"type\":\"disk\"", "\"type\":\"crypt\"", "/dev/sdb is not a drive that can be carried to another computer (crypt): name a USB stick", false },
        { "\"type\":\"disk\"", "\"type\":\"lvm\"", "/dev/sdb is not a drive that can be carried to another computer (lvm): name a USB stick", false },
        { "\"type\":\"disk\"", "\"type\":\"raid1\"", "/dev/sdb is not a drive that can be carried to another computer (raid1): name a USB stick", false },
        { "\"path\":\"/dev/sdb\"", "\"path\":\"/dev/nbd0\"", "/dev/nbd0 is not a drive that can be carried to another computer (disk): name a USB stick", false },
        { "\"path\":\"/dev/sdb\"", "\"path\":\"/dev/zram0\"", "/dev/zram0 is not a drive that can be carried to another computer (disk): name a USB stick", false },
        { "\"size\":31004295168", "\"size\":0", "/dev/sdb has no medium: insert one", false },
        { "\"ro\":false, \"vendor\":\"SanDisk", "\"ro\":true, \"vendor\":\"SanDisk", "/dev/sdb is write-protected: look for a switch at its side, or use another one", false },
        { "\"log-sec\":512, \"pkname\":null", "\"log-sec\":4096, \"pkname\":null", "/dev/sdb has sectors of 4096 bytes, but BIOS starts only from sectors of 512: use another one", false },
        { "\"size\":31004295168", "\"size\":2199023256064", "/dev/sdb is too large for the partition table of --layout mbr: use --layout gpt", false },
        { "\"size\":31004295168", "\"size\":1500000000000", "/dev/sdb holds 1.5 TB, so it is probably a backup disk rather than a stick", true },
        { "\"rm\":true, \"hotplug\":true, \"ro\":false, \"vendor\":\"SanDisk \", \"model\":\"Ultra\",\n  \"serial\":\"4C530001230908114091\", \"tran\":\"usb\"",
          "\"rm\":false, \"hotplug\":false, \"ro\":false, \"vendor\":\"SanDisk \", \"model\":\"Ultra\",\n  \"serial\":\"4C530001230908114091\", \"tran\":\"sata\"",
          "/dev/sdb is not a removable drive (sata)", true },
        { "\"vfat\"", "\"LVM2_member\"", "/dev/sdb1 is part of storage on several disks (LVM2_member), which would be damaged", true },
        { "\"vfat\"", "\"linux_raid_member\"", "/dev/sdb1 is part of storage on several disks (linux_raid_member), which would be damaged", true },
        { "\"vfat\"", "\"zfs_member\"", "/dev/sdb1 is part of storage on several disks (zfs_member), which would be damaged", true },
        { "\"mountpoints\":[null], \"log-sec\":512, \"pkname\":\"sdb\"", "\"mountpoints\":[\"/\"], \"log-sec\":512, \"pkname\":\"sdb\"", "/dev/sdb holds this computer's own system (/ is on it)", false },
        { "\"mountpoints\":[null], \"log-sec\":512, \"pkname\":\"sdb\"", "\"mountpoints\":[\"/boot/efi\"], \"log-sec\":512, \"pkname\":\"sdb\"", "/dev/sdb holds this computer's own system (/boot/efi is on it)", false },
        { "\"label\":\"HOLIDAY\", \"mountpoints\":[null]", "\"label\":\"\", \"mountpoints\":[null], \"children\":[{\"path\":\"/dev/mapper/x\",\"type\":\"crypt\",\"size\":1,\"fstype\":\"ext4\",\"mountpoints\":[\"/home\"]}]", "/dev/sdb holds this computer's own system (/home is on it)", false },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Judge_WhatIsNoStick_IsRefusedWithTheReason(string usual, string instead, string message, bool canBeForced)
    {
        Assert.Contains(usual, Stick, StringComparison.Ordinal);
        var refusal = Assert.Single(DriveRules.Judge(DriveList.Parse(Stick.Replace(usual, instead, StringComparison.Ordinal)), [], StickLayout.Mbr, null), one => one.Text == message);
        Assert.Equal(canBeForced, refusal.CanBeForced);
    }

    [Fact]
    public void Judge_Partition_NamesItsDisk()
    {
        var drive = new Drive("/dev/sdb1", "part", 1) { Parent = "/dev/sdb", IsRemovable = true };
        Assert.Equal(
            [new DriveRefusal("/dev/sdb1 is a partition, but a stick is written as a whole: name /dev/sdb; to add the client to what is on it, mount it and use --into-esp DIR")],
            DriveRules.Judge(drive, [], StickLayout.Mbr, null));
    }

    [Fact]
    public void Judge_DiskThatIsServed_IsRefused() =>
        Assert.Contains(
            new DriveRefusal("/dev/sdb is the disk that this laptop is set up to serve (boot.disk)"),
            DriveRules.Judge(DriveList.Parse(Stick), [], StickLayout.Mbr, "/dev/sdb"));

    [Theory]
    [InlineData(DiskUseKind.Mounted)]
    [InlineData(DiskUseKind.Swap)]
    [InlineData(DiskUseKind.Held)]
    [InlineData(DiskUseKind.Claimed)]
    [InlineData(DiskUseKind.Hibernated)]
    public void Judge_DriveInUse_CannotBeForced(DiskUseKind kind) =>
        Assert.Equal([new DriveRefusal("used")], DriveRules.Judge(DriveList.Parse(Stick), [new DiskUseReason(kind, "used")], StickLayout.Mbr, null));

    [Fact]
    public void Judge_LargeDriveWithGpt_IsTaken() =>
        Assert.DoesNotContain(
            DriveRules.Judge(DriveList.Parse(Stick.Replace("31004295168", "2199023256064", StringComparison.Ordinal)), [], StickLayout.Gpt, null),
            refusal => !refusal.CanBeForced);
}
