using System.Diagnostics;
using System.Net.NetworkInformation;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>A virtual cable: this end is in the tests' network namespace, the laptop's end in a second one, where a block server can run.</summary>
internal sealed class Cable : IDisposable
{
    internal const string Mac = "02:00:00:00:00:20";
    internal const string LaptopAddress = "fe80::1";
    internal const string ExportName = "s-name";

    private readonly string _laptop = $"stiefel-laptop-{Environment.ProcessId}";
    private readonly string _image = Path.GetTempFileName();
    private Process? _server;

    private readonly string _mac;

    /// <param name="mac">The address of this end's adapter.</param>
    internal Cable(string mac = Mac)
    {
        _mac = mac;
        Ip($"netns add {_laptop}");
        PlugIn();
        using var image = File.OpenWrite(_image);
        image.SetLength(8 << 20);
    }

    internal const int Port = 10809;

    /// <summary>The name of the laptop's namespace.</summary>
    internal string Laptop => _laptop;

    /// <summary>Plugs in a new adapter with the same address; it gets a new interface index.</summary>
    internal void PlugIn()
    {
        Ip($"link add desktop0 address {_mac} type veth peer name laptop0 netns {_laptop}");
        Ip($"-n {_laptop} address add {LaptopAddress}/64 dev laptop0 nodad");
        Ip($"-n {_laptop} link set dev laptop0 up");
    }

    internal void PlugOut() => Ip($"-n {_laptop} link del laptop0");

    internal void SetLaptopUp(bool up) => Ip($"-n {_laptop} link set dev laptop0 {(up ? "up" : "down")}");

    internal void StartServer(string options = "")
    {
        Ip($"-n {_laptop} link set dev lo up");
        var command = $"netns exec {_laptop} qemu-nbd --persistent --shared=0 -f raw -b :: -p {Port} -x {ExportName} {options} {_image}";
        _server = Process.Start(new ProcessStartInfo("ip", command) { RedirectStandardError = true });
    }

    internal void StopServer()
    {
        _server?.Kill(entireProcessTree: true);
        _server?.WaitForExit();
        _server?.Dispose();
        _server = null;
    }

    public void Dispose()
    {
        StopServer();
        // Delete this end explicitly: the kernel removes the cable some time after its namespace, and the next test would still find it.
        foreach (var end in NetworkInterface.GetAllNetworkInterfaces().Where(adapter => adapter.GetPhysicalAddress().Equals(PhysicalAddress.Parse(_mac))))
        {
            Ip($"link del {end.Name}");
        }

        Ip($"netns del {_laptop}");
        File.Delete(_image);
    }
}
