using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Protocol;
using Stiefel.Protocol.Discovery;
using Stiefel.Protocol.Keys;

namespace Stiefel.EndToEnd.Native;

/// <summary>Tests `stiefel autokexec --dry-run` with the real client and with attackers, in network namespaces.</summary>
public sealed class AutokexecTests : IDisposable
{
    private const string Called = "called by stick";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_stale = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_nothing = TimeSpan.FromSeconds(2);
    private static readonly IPAddress s_allNodes = IPAddress.Parse("ff02::1");

    private readonly Scratch _scratch = new();
    private volatile bool _flooding = true;
    private readonly Namespaces _spaces = new();
    private readonly SharedKey _key;
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize);
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public AutokexecTests() => _key = SharedKey.FromBytes(File.ReadAllBytes(Path.Combine(_scratch.KeyDirectory("keys", "stick"), "stick.key")), "stick");

    [Fact]
    public void Call_OfTheTrueClient_MakesTheLaptopLeave()
    {
        using var laptop = Listen();
        using var desktop = Boot("keys", _spaces.Desktop);

        laptop.WaitForLine(Called, s_limit);
        laptop.WaitForLine("would wait 7 s", s_limit);
        Assert.Contains("stiefel_role=server stiefel_bootdisk=" + _scratch["empty"], laptop.WaitForLine("would load", s_limit), StringComparison.Ordinal);
        laptop.WaitForLine("would run: systemctl kexec", s_limit);
        desktop.WaitForLine("runs its own system: called it", s_limit);
        Assert.DoesNotContain(Convert.ToHexString(File.ReadAllBytes(Path.Combine(_scratch["keys"], "stick.key"))), laptop.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Call_FromTheInternetsSideOrByAnUnknownKey_IsNotHeard()
    {
        _scratch.KeyDirectory("foreign", "stick");
        using var laptop = Listen();
        using var far = Boot("keys", _spaces.Router);
        using var stranger = Boot("foreign", _spaces.Desktop);

        laptop.WaitForLine("gets no answer: wan0 leads to the internet", s_limit);
        await Task.Delay(s_nothing, _token);
        Assert.DoesNotContain("called by", laptop.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Call_WhereTheOwnerAllowsTheInternet_IsHeard()
    {
        using var laptop = Listen("internet: true");
        using var far = Boot("keys", _spaces.Router);

        laptop.WaitForLine(Called, s_limit);
    }

    [Fact]
    public void Call_OnAnInterfaceThatIsNotListed_IsNotHeard()
    {
        using var laptop = Listen("interfaces: [eth7]");
        using var desktop = Boot("keys", _spaces.Desktop);

        laptop.WaitForLine("gets no answer: cable0 is not among autokexec.interfaces", s_limit);
        Assert.DoesNotContain("called by", laptop.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_StaleReplayedOrFromElsewhere_DoesNothing()
    {
        using var laptop = Listen("internet: true");
        using var desktop = Namespaces.OpenSocket(_spaces.Desktop);
        using var elsewhere = Namespaces.OpenSocket(_spaces.Router);

        // Send a stale answer.
        (var challenge, var from) = Ask(desktop, _spaces.Desktop);
        var wake = CallDatagram.BuildWake(_key, _nonce, challenge, from.Address);
        await Task.Delay(s_stale, _token);
        desktop.SendTo(wake, from);

        // Send a relayed answer: it is fresh but comes by the other cable, even though the relay got a challenge of its own for the same question.
        (challenge, from) = Ask(desktop, _spaces.Desktop);
        (_, var other) = Ask(elsewhere, _spaces.Router);
        wake = CallDatagram.BuildWake(_key, _nonce, challenge, from.Address);
        elsewhere.SendTo(wake, other);
        await Task.Delay(s_nothing, _token);
        Assert.DoesNotContain("called by", laptop.Output, StringComparison.Ordinal);

        // Send the genuine answer, then replay it.
        desktop.SendTo(wake, from);
        laptop.WaitForLine(Called, s_limit);
        laptop.WaitForLine("would run", s_limit);
        for (var i = 0; i < 10; i++)
        {
            desktop.SendTo(wake, from);
        }

        await Task.Delay(s_nothing, _token);
        Assert.Single(laptop.Output.Split('\n'), line => line.Contains(Called, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_AmongThousandsOfStrangersDatagrams_IsHeardAndCostsLittle()
    {
        using var laptop = Listen();
        using var process = System.Diagnostics.Process.GetProcessById(laptop.Id);
        var before = process.TotalProcessorTime;
        var began = Environment.TickCount64;
        Flood(TimeSpan.FromSeconds(4), perMillisecond: 50);
        process.Refresh();
        var share = (process.TotalProcessorTime - before).TotalMilliseconds / (Environment.TickCount64 - began);
        Assert.InRange(share, 0, 0.5);
        Assert.InRange(laptop.PeakResident, 1, 64L << 20);

        // Send some hundred datagrams of strangers a second, and let a desktop call meanwhile.
        var noise = Task.Run(() => Flood(TimeSpan.FromSeconds(20), perMillisecond: 0.5), _token);
        using var desktop = Boot("keys", _spaces.Desktop);
        laptop.WaitForLine(Called, s_limit);
        _flooding = false;
        await noise;
    }

    /// <summary>Plugging in a configured card needs no call; a card that was there from the beginning does not count.</summary>
    [Fact]
    public void Card_ThatIsWaitedFor_MakesTheLaptopLeaveWhenItIsPluggedIn()
    {
        using var laptop = Listen("mac_detection: true\n  macs: [\"02:00:5e:00:00:07\"]");
        laptop.WaitForLine("waiting for a network card: 02:00:5e:00:00:07", s_limit);
        NativeProcess.Run(0, "ip", "-n", _spaces.Laptop, "link", "add", "dock0", "address", "02:00:5e:00:00:07", "type", "veth", "peer", "name", "dock1");

        Assert.Contains("the network card 02:00:5e:00:00:07 was plugged in (dock0), so this laptop will serve its disk", laptop.WaitForLine("would warn everybody", s_limit), StringComparison.Ordinal);
        laptop.WaitForLine("would run: systemctl kexec", s_limit);
    }

    public void Dispose()
    {
        _key.Dispose();
        _spaces.Dispose();
        _scratch.Dispose();
    }

    /// <summary>Sends datagrams that look like questions made with an unknown key, on the cable that the laptop listens to.</summary>
    private void Flood(TimeSpan time, double perMillisecond)
    {
        using var socket = Namespaces.OpenSocket(_spaces.Desktop);
        var laptop = new IPEndPoint(new IPAddress(s_allNodes.GetAddressBytes(), FarIndex(_spaces.Desktop)), WellKnownPorts.Discovery);
        using var foreign = SharedKey.FromBytes(RandomNumberGenerator.GetBytes(SharedKey.Size), "foreign");
        byte[][] questions = [.. Enumerable.Range(0, 64).Select(_ => DiscoveryDatagram.BuildFind(foreign, RandomNumberGenerator.GetBytes(DiscoveryDatagram.NonceSize)))];
        var began = Environment.TickCount64;
        for (long sent = 0; _flooding && Environment.TickCount64 - began < time.TotalMilliseconds;)
        {
            for (var due = (long)((Environment.TickCount64 - began) * perMillisecond); sent < due; sent++)
            {
                socket.SendTo(questions[sent % questions.Length], laptop);
            }

            Thread.Sleep(1);
        }
    }

    private NativeProcess Listen(string setting = "broadcast: true")
    {
        var config = _scratch.AutokexecConfiguration($"grace: 7\n  {setting}");
        var laptop = Namespaces.Start(_spaces.Laptop, NativeProcess.Binary("stiefel"), "autokexec", "--dry-run", "--config", config, "--directory", _scratch["keys"]);
        laptop.WaitForLine("listening for calls with 1 keys", s_limit);
        return laptop;
    }

    // Each namespace numbers its interfaces independently.
    private static int FarIndex(string space)
        => int.Parse(NativeProcess.Run(0, "ip", "netns", "exec", space, "cat", "/sys/class/net/far/ifindex"), System.Globalization.CultureInfo.InvariantCulture);

    private NativeProcess Boot(string keys, string space) => Namespaces.Start(
        space, NativeProcess.Binary("stiefel-client"), "boot", "--until-loading", "--key", Path.Combine(_scratch[keys], "stick.key"), "--attach", NativeProcess.Binary("stiefel-attach"));

    private (byte[] Challenge, IPEndPoint From) Ask(Socket socket, string space)
    {
        var addresses = NativeProcess.Run(0, "ip", "-n", space, "-6", "-o", "address", "show", "dev", "far", "scope", "link");
        var own = IPAddress.Parse(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).First(word => word.StartsWith("fe80:", StringComparison.Ordinal)).Split('/')[0]);
        socket.SendTo(DiscoveryDatagram.BuildFind(_key, _nonce), new IPEndPoint(new IPAddress(s_allNodes.GetAddressBytes(), FarIndex(space)), WellKnownPorts.Discovery));
        var buffer = new byte[2 * DiscoveryDatagram.Size];
        EndPoint from = new IPEndPoint(IPAddress.IPv6Any, 0);
        var length = socket.ReceiveFrom(buffer, ref from);
        Assert.True(CallDatagram.TryOpenChallenge(buffer.AsSpan(0, length), _key, _nonce, own, out var challenge, out _));
        return (challenge, (IPEndPoint)from);
    }
}
