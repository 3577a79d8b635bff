using System.Net;
using Stiefel.Client.Laptop;
using Stiefel.Client.Payload;
using Stiefel.Client.Search;
using Stiefel.Linux.Network;
using Stiefel.Linux.Tests.Initramfs;
using Stiefel.Protocol.Boot;
using Stiefel.Protocol.Handover;
using Xunit;

namespace Stiefel.Client.Tests.Payload;

public sealed class InitrdAppendixTests
{
    private static readonly GoodbyeSession s_goodbye = new(new('4', 32), new('5', 64));

    [Fact]
    public void Write_AfterAnyLength_GivesAlignedArchivesTheSecondWithAPrivateSessionFile()
    {
        using var directory = new TemporaryDirectory();
        var session = InitrdAppendix.DescribeSession(Server(), Manifest(), new ExportGrant("s-secret", 10809, 1, false), s_goodbye, null, "/own-init");
        for (var length = 1000; length < 1004; length++)
        {
            var initrd = new MemoryStream();
            initrd.Write(new byte[length]);
            InitrdAppendix.WriteProgram(initrd, new MemoryStream("the program"u8.ToArray()));
            var second = (int)(initrd.Position + 3) & ~3;
            InitrdAppendix.WriteSession(initrd, session);

            // Read the archives one by one: the kernel unpacks them all, but GNU cpio stops after the first.
            byte[][] archives = [initrd.ToArray()[((length + 3) & ~3)..second], initrd.ToArray()[second..]];
            Assert.All(archives, archive => Assert.Equal("070701"u8, archive.AsSpan(0, 6)));
            Assert.Collection(
                archives.SelectMany(archive => GnuCpio.Run(["-itv", "--numeric-uid-gid", "--quiet"], archive).TrimEnd('\n').Split('\n')),
                line => Assert.Matches("^drwxr-xr-x +2 0 +0 .* stiefel$", line),
                line => Assert.Matches("^-rwxr-xr-x +1 0 +0 +11 .* stiefel/init$", line),
                line => Assert.Matches("^-rw------- +1 0 +0 .* stiefel/session$", line));

            Array.ForEach(archives, archive => GnuCpio.Run(["-i", "--quiet", "-D", directory.Path], archive));
            Assert.Equal("the program", File.ReadAllText(directory.File("stiefel/init")));
            Assert.Equal(session, AttachSession.Parse(File.ReadAllText(directory.File("stiefel/session"))));
            Directory.Delete(directory.File("stiefel"), recursive: true);
        }
    }

    [Fact]
    public void Write_WithPassphrase_GivesItAFileAsPrivateAsTheSession()
    {
        var initrd = new MemoryStream();
        var session = InitrdAppendix.DescribeSession(Server(), Manifest(), new ExportGrant("s-secret", 10809, 1, false), s_goodbye, null, "/init");
        InitrdAppendix.WriteSession(initrd, session, "pass\nphrase"u8.ToArray());
        Assert.Matches("(?m)^-rw------- +1 0 +0 +11 .* stiefel/passphrase$", GnuCpio.Run(["-itv", "--numeric-uid-gid", "--quiet"], initrd.ToArray()));
        Assert.DoesNotContain("phrase", session.Format());
    }

    [Fact]
    public void DescribeSession_LinkLocalServer_TakesTheInterfacesMacAndNoZone()
    {
        var session = InitrdAppendix.DescribeSession(Server(), Manifest(), new ExportGrant("s-secret", 10810, 1, false), s_goodbye, new(61571, Key(1), Key(2), Key(3)), "/init");
        Assert.Equal(
            new AttachSession
            {
                Mac = "52:54:00:12:34:56", ServerAddress = "fe80::5054:ff:fe00:1", Port = 10810, ExportName = "s-secret",
                RequestTimeoutSeconds = 7, DeadConnectionSeconds = 0, ExitWaitSeconds = 60, Mtu = 1400, RealInit = "/init",
                Goodbye = s_goodbye,
                Tunnel = new(61571, Key(1), Key(2), Key(3)),
            },
            session);
    }

    [Theory]
    [InlineData(9000, 9194, 9000)]
    [InlineData(9194, 9194, 9194)]
    [InlineData(9195, 9194, null)]
    [InlineData(9000, null, null)]
    [InlineData(1400, 9194, null)]
    [InlineData(null, 9194, null)]
    public void DescribeSession_LargePackets_AreThoseThatThisDesktopOffered(int? granted, int? offered, int? handedOn)
    {
        var grant = ManifestLimits.WithOfferedMtu(new ExportGrant("s-secret", 10810, 1, false, new TunnelGrant(Key(2), 61571, granted)), offered, Manifest().Link);
        var session = InitrdAppendix.DescribeSession(Server(), Manifest(), grant, s_goodbye, new(61571, Key(1), Key(2), Key(3)), "/init");
        Assert.Equal(handedOn, session.LargestMtu);
        Assert.Equal(session, AttachSession.Parse(session.Format()));
    }

    private static string Key(int digit) => new((char)('0' + digit), 64);

    private static FoundServer Server()
    {
        Assert.True(MacAddress.TryParse("52:54:00:12:34:56", out var mac));
        var link = new NetworkLink(3, "eth0", mac, IsUp: true, HasCarrier: true, "up", 1500, IsEthernetLike: true);
        return new FoundServer(new IPEndPoint(new IPAddress(IPAddress.Parse("fe80::5054:ff:fe00:1").GetAddressBytes(), 3), 4644), link);
    }

    private static BootManifest Manifest() => new()
    {
        Title = "t", CommandLine = "", Kernel = new BootFile(1, ""), Initrd = new BootFile(1, ""),
        Link = new LinkParameters { RequestTimeoutSeconds = 7, DeadConnectionSeconds = 0, ExitWaitSeconds = 60, Mtu = 1400 },
    };
}
