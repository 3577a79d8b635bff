using System.Diagnostics;
using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>Measures the time from the carrier to the laptop's hello, on a desktop with one cable, or with eight of which the last leads to the laptop.</summary>
public sealed class SearchTimeTests : IDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_most = TimeLimit.Seconds(5);
    private static int s_count;

    private readonly Scratch _scratch = new();
    private readonly string _laptop, _desktop, _nowhere;

    public SearchTimeTests()
    {
        var prefix = $"stiefel-{Environment.ProcessId}-search-{Interlocked.Increment(ref s_count)}-";
        (_laptop, _desktop, _nowhere) = (prefix + "laptop", prefix + "desktop", prefix + "nowhere");
        foreach (var name in new[] { _laptop, _desktop, _nowhere })
        {
            Ip("netns", "add", name);
            Ip("-n", name, "link", "set", "lo", "up");
        }
    }

    public void Dispose()
    {
        foreach (var name in new[] { _laptop, _desktop, _nowhere })
        {
            Ip("netns", "delete", name);
        }

        _scratch.Dispose();
    }

    /// <summary>The client sets its interfaces up itself, with addresses that are usable at once, and asks on each as soon as it has a carrier.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Laptop_AtTheLastOfTheInterfaces_IsFoundSoonAfterItsCarrier(int interfaces)
    {
        for (var i = 1; i <= interfaces; i++)
        {
            var other = i == interfaces ? _laptop : _nowhere;
            Ip("-n", _desktop, "link", "add", $"nic{i}", "type", "veth", "peer", "name", $"far{i}", "netns", other);
            if (other == _nowhere)
            {
                Ip("-n", other, "link", "set", $"far{i}", "up");
            }
        }

        var last = $"far{interfaces}";
        Namespaces.Start(_laptop, "sh", "-c", $"echo 0 >/proc/sys/net/ipv6/conf/{last}/accept_dad").WaitForExit(s_start);
        using var laptop = Serve();
        using var desktop = Namespaces.Start(_desktop,
            NativeProcess.Binary("stiefel-client"), "boot", "--until-loading", "--once", "--attach", _scratch.RandomFile("attach", 1), "--key", _scratch["keys/stick.key"]);
        desktop.WaitForLine("stiefel: phase searching", s_start);
        desktop.WaitForLine($"nic{interfaces}", s_start); // it is up, without a carrier

        var clock = Stopwatch.StartNew();
        Ip("-n", _laptop, "link", "set", last, "up");
        desktop.WaitForLine("stiefel: phase found", s_start);
        var time = clock.Elapsed;

        TestContext.Current.TestOutputHelper?.WriteLine($"{interfaces} interfaces: {time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms from carrier to hello");
        Assert.Contains($"nic{interfaces}", desktop.WaitForLine($"by nic{interfaces}", s_start), StringComparison.Ordinal);
        Assert.InRange(time, TimeSpan.Zero, s_most);
    }

    private NativeProcess Serve()
    {
        var files = _scratch.RandomFile("kernel", 1000);
        _scratch.RandomFile("disk.img", 1 << 20);
        _scratch.KeyDirectory("keys", "stick");
        var server = Namespaces.Start(_laptop,
            NativeProcess.Binary("stiefel-server"), "--Disk:Path", _scratch["disk.img"], "--Keys:Directory", _scratch["keys"], "--State:Directory", _scratch["state"], "--State:Keeper", "none",
            "--Link:Protection", "none", "--Boot:Kernel", files, "--Boot:Initrd", files, "--Boot:CommandLine", "x");
        try
        {
            server.WaitForLine("stiefel: phase serving", s_start);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    private static void Ip(params string[] arguments) => NativeProcess.Run(0, "ip", arguments);
}
