using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Stiefel.EndToEnd.Native;

/// <summary>
/// Tests network boot by the published server and dnsmasq, on a cable between network namespaces, with everything that may be on it: firmware, other
/// computers, another DHCP server, strangers.
/// </summary>
public sealed class NetBootServerTests : IDisposable
{
    private const long MiB = 1 << 20;
    private const string Firmware = "PXEClient:Arch:00000:UNDI:002001";
    private const string Served = "network boot on cable0: no other DHCP server";

    // DHCP options (RFC 2132); offers must contain neither a router nor a name server.
    private const byte LeaseTime = 51, Router = 3, NameServer = 6;

    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_silence = TimeLimit.Seconds(1);

    private readonly Scratch _scratch = new();
    private readonly Namespaces _spaces = new();
    private readonly string _files;

    public NetBootServerTests()
    {
        // dnsmasq runs as the user nobody and must be able to read its files.
        NativeProcess.Run(0, "chmod", "a+rx", _scratch.Root);
        _files = Directory.CreateDirectory(_scratch["files"]).FullName;
        foreach (var name in new[] { "vmlinuz", "initrd.img", "undionly.kpxe", "shimx64.efi", "grubx64.efi" })
        {
            _scratch.RandomFile("files/" + name, 100_000);
        }

        _scratch.RandomFile("disk.img", MiB);
        _scratch.KeyDirectory("keys", "stick");
        NativeProcess.Run(0, "ip", "-n", _spaces.Desktop, "address", "add", "10.61.57.14/28", "dev", "far");
    }

    public void Dispose()
    {
        // End dnsmasq, which a killed server leaves running for the next one.
        foreach (var number in Processes())
        {
            using var left = Process.GetProcessById(number);
            left.Kill();
        }

        _spaces.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public void Cable_WithoutAnotherServer_AnswersNetworkBootAndNobodyElse()
    {
        using var server = Serve();
        server.WaitForLine("network boot on wan0: off, since it leads to a router", s_start);
        Assert.Null(new DhcpQuestion(null).Ask(_spaces.Desktop, s_silence));
        Assert.Null(new DhcpQuestion("MSFT 5.0").Ask(_spaces.Desktop, s_silence));
        Assert.Equal("undionly.kpxe", Ask(new DhcpQuestion(Firmware, 0)).BootFile);
        Assert.Equal("boot.ipxe", Ask(new DhcpQuestion(Firmware, 0, isIpxe: true)).BootFile);
        Assert.Equal("shimx64.efi", Ask(new DhcpQuestion("PXEClient:Arch:00007:UNDI:003000", 7)).BootFile);
        var byHttp = Ask(new DhcpQuestion("HTTPClient:Arch:00016:UNDI:003000", 16));
        Assert.Equal("http://10.61.57.1:4644/netboot/boot.img", byHttp.BootFile);
        Assert.Equal("HTTPClient"u8, byHttp.Options[60]);
        Assert.Equal([0, 0, 0, 120], byHttp.Options[LeaseTime]);
        Assert.DoesNotContain(Router, byHttp.Options.Keys);
        Assert.DoesNotContain(NameServer, byHttp.Options.Keys);
        Assert.Contains("dnsmasq", File.ReadAllText($"/proc/{Assert.Single(Processes())}/comm"), StringComparison.Ordinal);
        Assert.Equal("65534", NativeProcess.Run(0, "stat", "-c", "%u", $"/proc/{Processes()[0]}").Trim());
    }

    /// <summary>Both protocols serve the offered files unchanged, and no other file under any name.</summary>
    [Fact]
    public void Files_ByBothProtocols_AreThoseOffered()
    {
        using var server = Serve();
        foreach (var address in new[] { "tftp://10.61.57.1/vmlinuz", "tftp://10.61.57.1/initrd.0", "http://10.61.57.1:4644/netboot/vmlinuz", "http://10.61.57.1:4644/netboot/initrd.img" })
        {
            Curl(address);
            Assert.Equal(Scratch.Sha256(_scratch[address.EndsWith("vmlinuz", StringComparison.Ordinal) ? "files/vmlinuz" : "files/initrd.img"]), Scratch.Sha256(_scratch["got"]));
        }

        var secret = File.ReadAllBytes(_scratch["keys/stick.key"]);
        foreach (var path in new[] { "../../keys/stick.key", "..%2f..%2fkeys/stick.key", $"{_scratch["keys/stick.key"]}", "grub/../../../keys/stick.key", "//../keys/stick.key", "initrd.0/../../../keys/stick.key", "" })
        {
            foreach (var before in new[] { "tftp://10.61.57.1/", "http://10.61.57.1:4644/netboot/" })
            {
                Curl(before + path);
                Assert.True(!File.Exists(_scratch["got"]) || File.ReadAllBytes(_scratch["got"]).AsSpan().IndexOf(secret) < 0, before + path);
            }
        }

        Assert.Contains("at 10.61.57.14 boots over the network", server.Output + Fetched(server), StringComparison.Ordinal);
    }

    [Fact]
    public void Cable_WhereAnotherServerOffers_FallsSilentAtOnce()
    {
        using var server = Serve();
        Ask(new DhcpQuestion(Firmware, 0));
        DhcpQuestion.SendOffer(_spaces.Desktop, IPAddress.Parse("192.168.77.1"));
        server.WaitForLine("network boot on cable0: silent, since 192.168.77.1 gives addresses there", s_start);
        Assert.Null(new DhcpQuestion(Firmware, 0).Ask(_spaces.Desktop, s_silence));
        Assert.DoesNotContain("10.61.57.1", NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "-4", "address", "show", "dev", "cable0"), StringComparison.Ordinal);
    }

    /// <summary>The laptop borrows an address there, without which it could not be heard.</summary>
    [Fact]
    public void Cable_WithAnotherServer_BorrowsItsAddressAndOnlySaysWhatToBoot()
    {
        using var foreign = ForeignDhcp.Start(_spaces.Desktop, "192.168.77");
        using var server = Serve("network boot on cable0: 192.168.77.1 gives addresses there: a desktop that boots over the network is only told what to boot", "--Network:DhcpClient", "on");
        Assert.Contains("cable0 has the address 192.168.77.", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("default via 192.168.77.1", NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "route", "show"), StringComparison.Ordinal);

        var offer = Ask(new DhcpQuestion(Firmware, 0));
        Assert.Equal("PXEClient"u8, offer.Options[60]);
        Assert.Equal(IPAddress.Any, offer.Address);
        Assert.Contains($"CapEff:\t{SecurityDocument.Capabilities("stiefel-server", "stiefel-server with DHCP", "stiefel-server with network boot")}", File.ReadAllText($"/proc/{server.Id}/status"), StringComparison.Ordinal);
    }

    /// <summary>A server that says what to boot is another network boot: nobody there may start this laptop's programs instead.</summary>
    [Fact]
    public void Cable_WhereAnotherServerSaysWhatToBoot_IsLeftToIt()
    {
        using var server = Serve(Served, "--Network:DhcpClient", "on");
        using var foreign = ForeignDhcp.Start(_spaces.Desktop, "far", "192.168.77", "--dhcp-vendorclass=set:firmware,PXEClient", "--dhcp-boot=tag:firmware,foreign.0");
        server.WaitForLine("network boot on cable0: silent, since 192.168.77.1 says there what a desktop boots", TimeLimit.Seconds(30));
        Assert.True(SpinWait.SpinUntil(() => Processes().Length == 0, s_start), "a DHCP server runs beside another network boot");
    }

    /// <summary>Sends more questions than firmware would send in a year: the server must not grow, and a desktop must still boot.</summary>
    [Fact]
    public void Cable_FloodedWithQuestions_StillAnswers()
    {
        using var server = Serve();
        new DhcpQuestion(Firmware, 0).Flood(_spaces.Desktop, 20_000);
        Ask(new DhcpQuestion(Firmware, 0));
        Curl("http://10.61.57.1:4644/netboot/vmlinuz");
        Assert.Equal(Scratch.Sha256(_scratch["files/vmlinuz"]), Scratch.Sha256(_scratch["got"]));
        Assert.InRange(server.PeakResident, 1, 192 * MiB);
    }

    [Fact]
    public void Server_KilledAndStartedAgain_HasOneDhcpServer()
    {
        using (var server = Serve())
        {
            server.Kill();
        }

        var left = Assert.Single(Processes());
        using var again = Serve();
        Assert.NotEqual(left, Assert.Single(Processes()));
        Ask(new DhcpQuestion(Firmware, 0));
    }

    [Fact]
    public void Server_WithNetworkBoot_HoldsTheDocumentedCapabilitiesOnly()
    {
        using var server = Serve();
        Assert.Contains($"CapEff:\t{SecurityDocument.Capabilities("stiefel-server", "stiefel-server with network boot")}", File.ReadAllText($"/proc/{server.Id}/status"), StringComparison.Ordinal);
    }

    private DhcpQuestion.Offer Ask(DhcpQuestion question)
    {
        // Try several times, because dnsmasq may still be starting or be busy with a flood.
        for (var tries = 0; tries < 20; tries++)
        {
            if (question.Ask(_spaces.Desktop, s_silence) is { } offer)
            {
                return offer;
            }
        }

        Assert.Fail("nobody answered");
        return null!;
    }

    private void Curl(string address)
    {
        File.Delete(_scratch["got"]);
        using var curl = Namespaces.Start(_spaces.Desktop, "curl", "--silent", "--fail", "--globoff", "--path-as-is", "--max-time", "20", "--output", _scratch["got"], address);
        curl.WaitForExit(TimeSpan.FromSeconds(40));
    }

    private string Fetched(NativeProcess server)
    {
        Curl("tftp://10.61.57.1/undionly.kpxe");
        return server.WaitForLine("boots over the network: BIOS, by its card's PXE", s_start);
    }

    private int[] Processes() =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _) && CommandLineOf(name!).Contains(_scratch["run"] + "/cable0.conf", StringComparison.Ordinal)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))];

    private static string CommandLineOf(string number)
    {
        try
        {
            return File.ReadAllText($"/proc/{number}/cmdline");
        }
        catch (IOException)
        {
            return ""; // the process has ended meanwhile
        }
    }

    private NativeProcess Serve(string line = Served, params string[] settings)
    {
        var server = Namespaces.Start(_spaces.Laptop,
            [NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Keys:Directory", _scratch["keys"], "--State:Directory", _scratch["state"], "--State:Keeper", "none",
            "--Link:Protection", "none", "--Boot:Kernel", Path.Combine(_files, "vmlinuz"), "--Boot:Initrd", Path.Combine(_files, "initrd.img"), "--Boot:CommandLine", "x",
            "--NetBoot:Dhcp", "auto", "--NetBoot:Files", _files, "--NetBoot:Directory", _scratch["run"], "--NetBoot:LookSeconds", "2", .. settings]);
        try
        {
            server.WaitForLine(line, s_start);
            Assert.True(SpinWait.SpinUntil(() => Processes().Length == 1, s_start), "no DHCP server runs");
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }
}
