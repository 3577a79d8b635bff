using System.Buffers.Binary;
using System.Net;
using System.Text.RegularExpressions;
using Stiefel.EndToEnd.Native;
using Stiefel.Linux.Network;
using Stiefel.Machines.Disks;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Runs;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>
/// Tests network boot where laptop and desktop are in a network of others: a switch with a DHCP server (dnsmasq) and another computer, all three in namespaces of
/// this machine.
/// </summary>
[Trait("Needs", "machines")]
[Trait("Needs", "long")]
public sealed class NetBootBesideTests(MachineParts parts) : IDisposable
{
    private const string Network = "192.168.77", Router = $"{Network}.1";
    private const string Firmware = "PXEClient:Arch:00000:UNDI:002001";
    private const ushort PxeServer = 4011;
    private const int SourcePortAt = 34, BootpAt = 42, AddressAt = BootpAt + 16, CardAt = BootpAt + 28, OptionsAt = BootpAt + 240;

    // A question for other servers, every ten seconds, and as much again.
    private static readonly TimeSpan s_noticed = TimeLimits.Seconds(25);
    private static readonly TimeSpan s_answer = TimeLimit.Seconds(3);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;
    private readonly TypedKey _typed = new();
    private readonly Namespaces _spaces = new();

    public void Dispose() => _spaces.Dispose();

    [Fact]
    public Task Desktop_WithoutAStickBesideAnotherServer_IsToldWhatToBootAndNobodyElseIs() => parts.PlayAsync("netboot-beside", async run =>
    {
        MakeSwitch();
        await using var tap = new CableTap(run.SecondDesktopEnd.SocketPath, _spaces.Laptop, "socket");
        using var foreign = StartServer();
        var disk = await (await parts.DiskAsync(InitramfsMaker.InitramfsTools)).CopyAsync(Path.Combine(run.WorkDirectory, "laptop.img"), _token);
        await using var laptop = Laptop.TakenUp(run, await RamdiskLaptop.StartAsync(run, [new VirtualDisk(disk.Path)], parts.NewKey("stick"), _token, NetBootTests.Settings, run.Ramdisk.NetBoot));
        await _typed.AddAsync(laptop, _token);
        await (await laptop.OpenShellAsync(_token)).RunAsync("for i in $(seq 300); do grep -q ',proxy' /run/stiefel-netboot/*.conf && break; sleep 0.2; done; grep ',proxy' /run/stiefel-netboot/*.conf || { ip address; false; }", _token);

        await using (var desktop = Desktop.TakenUp(await run.StartAsync("desktop", new Startup.Bios(), [], run.DesktopEnd with { IsBooted = true }, _token)))
        {
            await _typed.TypeAsync(desktop, _token);
            await desktop.WaitForPhaseAsync("searching", TimeLimits.KernelStart, _token);
            await laptop.Console.WaitForAsync(new Regex($@"the desktop .* at {Network}\.[12][0-9] boots over the network: BIOS, by iPXE"), TimeLimits.Command, _token);
            await desktop.WaitForPhaseAsync("kernel", TimeLimits.Fetch, _token);
        }

        Assert.Matches($@"DHCPACK\(far\) {Network}\.[12][0-9] {MachineRun.DesktopMac}", foreign.Output);
        AssertOnlyTold(tap);
        Assert.Equal((IPAddress.Parse(Router), ""), Ask(null));
        AssertOnlyTold(tap);

        // The other server begins to say what to boot.
        foreign.Kill();
        using var booting = StartServer("--dhcp-vendorclass=set:firmware,PXEClient", "--dhcp-boot=tag:firmware,foreign.0");
        await laptop.Console.WaitForAsync($"silent, since {Router} says there what a desktop boots", s_noticed, _token);
        tap.Forget();
        Assert.Equal((IPAddress.Parse(Router), "foreign.0"), Ask(Firmware));
        Assert.Equal((IPAddress.Parse(Router), ""), Ask("MSFT 5.0"));
        Assert.Empty(tap.SentAsServer);
    });

    private NativeProcess StartServer(params string[] rules) => ForeignDhcp.Start(_spaces.Router, "far", Network, rules);

    /// <summary>Makes a switch of the namespace between the others, with a port for the machines' cable.</summary>
    private void MakeSwitch()
    {
        var space = _spaces.Laptop;
        NativeProcess.Run(0, "ip", "-n", space, "link", "add", "switch", "type", "bridge", "mcast_snooping", "0");
        NativeProcess.Run(0, "ip", "-n", space, "link", "add", "port", "type", "veth", "peer", "name", "socket");
        foreach (var port in new[] { "cable0", "wan0", "port" })
        {
            NativeProcess.Run(0, "ip", "-n", space, "link", "set", port, "master", "switch", "up");
        }

        foreach (var card in new[] { "socket", "switch" })
        {
            NativeProcess.Run(0, "ip", "-n", space, "link", "set", card, "up");
        }
    }

    /// <summary>Asks as another computer; returns the server that gives it an address of its network, and the boot file.</summary>
    private (IPAddress Server, string File) Ask(string? vendor)
    {
        var offer = new DhcpQuestion(vendor, vendor == Firmware ? (ushort)0 : null).Ask(_spaces.Desktop, s_answer);
        Assert.NotNull(offer);
        Assert.StartsWith($"{Network}.", offer.Address.ToString(), StringComparison.Ordinal);
        return (new IPAddress(offer.Options[54]), offer.Options.ContainsKey(67) ? offer.BootFile : "");
    }

    /// <summary>Everything that the laptop said as a DHCP server was to the desktop, gave no address, and was for network boot.</summary>
    private static void AssertOnlyTold(CableTap tap)
    {
        Assert.NotEmpty(tap.SentAsServer);
        Assert.All(tap.SentAsServer, frame =>
        {
            Assert.Equal(MachineRun.LaptopMac, MacAddress.FromBytes(frame.AsSpan(6, 6)).ToString());
            Assert.Equal(MachineRun.DesktopMac, MacAddress.FromBytes(frame.AsSpan(CardAt, 6)).ToString());
            // PXE's own port answers those who have an address, with that address.
            Assert.True(frame.AsSpan(AddressAt, 4).IndexOfAnyExcept((byte)0) < 0 || BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(SourcePortAt)) == PxeServer, "an answer that gives an address");
            Assert.True(frame.AsSpan(OptionsAt).IndexOf("PXEClient"u8) > 0, "an answer that is not for network boot");
        });
    }
}
