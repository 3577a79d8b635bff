using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Stiefel.EndToEnd.Native;

/// <summary>Network namespaces (ip-netns(8)) for a laptop, a desktop and a router, with a cable from the laptop to each of the others.</summary>
internal sealed class Namespaces : IDisposable
{
    private const int CloneNewNet = 0x40000000;
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);
    private static int s_count;

    private readonly string _prefix = $"stiefel-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}-";

    public Namespaces()
    {
        foreach (var name in new[] { Laptop, Desktop, Router })
        {
            NativeProcess.Run(0, "ip", "netns", "add", name);
            NativeProcess.Run(0, "ip", "-n", name, "link", "set", "lo", "up");
        }

        Connect(Desktop, "cable0");
        Connect(Router, "wan0");
        // The laptop's default route leads to the router.
        NativeProcess.Run(0, "ip", "-n", Laptop, "-6", "route", "add", "default", "via", "fe80::1", "dev", "wan0");
    }

    public string Laptop => _prefix + "laptop";

    public string Desktop => _prefix + "desktop";

    public string Router => _prefix + "router";

    /// <summary>Starts a program in a namespace.</summary>
    public static NativeProcess Start(string name, params string[] command) => NativeProcess.Start("ip", ["netns", "exec", name, .. command]);

    /// <summary>Opens a UDP socket in a namespace; it stays there even if a thread outside uses it.</summary>
    public static Socket OpenSocket(string name) => Within(name, () =>
    {
        var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        return socket;
    });

    /// <summary>Makes a socket in a namespace, on a thread that ends afterwards, so that no thread of the test stays in the namespace.</summary>
    public static T Within<T>(string name, Func<T> make)
        where T : class
    {
        T? socket = null;
        var error = 0;
        var thread = new Thread(() =>
        {
            using var space = File.OpenHandle($"/run/netns/{name}");
            if (setns(space, CloneNewNet) == 0)
            {
                socket = make();
            }
            else
            {
                error = Marshal.GetLastPInvokeError();
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new InvalidOperationException($"no socket in {name}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in new[] { Laptop, Desktop, Router })
        {
            NativeProcess.Run(0, "ip", "netns", "delete", name);
        }
    }

    // Both far ends are called `far`, because they are in different namespaces.
    private void Connect(string other, string cable)
    {
        NativeProcess.Run(0, "ip", "-n", Laptop, "link", "add", cable, "type", "veth", "peer", "name", "far", "netns", other);
        foreach ((var name, var end) in new[] { (Laptop, cable), (other, "far") })
        {
            NativeProcess.Run(0, "ip", "netns", "exec", name, "sh", "-c", $"echo 0 >/proc/sys/net/ipv6/conf/{end}/accept_dad");
            NativeProcess.Run(0, "ip", "-n", name, "link", "set", end, "up");
        }

        Assert.True(SpinWait.SpinUntil(() => HasAddress(Laptop, cable) && HasAddress(other, "far"), s_limit), $"no address on {cable}");
    }

    // The kernel assigns an address only after it has noticed the carrier, which takes a moment.
    private static bool HasAddress(string name, string end)
        => NativeProcess.Run(0, "ip", "-n", name, "-6", "-o", "address", "show", "dev", end, "scope", "link", "-tentative").Contains("fe80:", StringComparison.Ordinal);

    [DllImport("libc", SetLastError = true)]
    private static extern int setns(SafeFileHandle space, int type);
}
