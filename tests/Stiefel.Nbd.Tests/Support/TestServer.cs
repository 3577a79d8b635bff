using System.Net;
using System.Net.Sockets;
using Stiefel.Linux.BlockDevices;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Devices;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>A server on a loopback port with one export, `disk`.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    public const string ExportName = "disk";

    private readonly NbdServer _server;
    private readonly IBlockDevice _device;

    private TestServer(NbdServer server, IBlockDevice device, SingleExport resolver, RecordingLog log, IPEndPoint endPoint)
    {
        _server = server;
        _device = device;
        Resolver = resolver;
        Log = log;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public RecordingLog Log { get; }

    public SingleExport Resolver { get; }

    public NbdServer Server => _server;

    public string Uri => $"nbd://127.0.0.1:{EndPoint.Port}/{ExportName}";

    public static async Task<TestServer> StartAsync(
        IBlockDevice device,
        NbdServerOptions? options = null,
        bool isReadOnly = false,
        ExportSharing sharing = ExportSharing.ManyConnections,
        bool isListed = true)
    {
        var resolver = new SingleExport(new NbdExport(ExportName, device) { IsReadOnly = isReadOnly, Sharing = sharing, Description = "a disk for tests" }, isListed);
        var log = new RecordingLog();
        var server = new NbdServer(options ?? new NbdServerOptions(), resolver, log);
        var endPoint = await server.StartAsync(new IPEndPoint(IPAddress.Loopback, 0));
        return new TestServer(server, device, resolver, log, endPoint);
    }

    public static Task<TestServer> StartOnFileAsync(string path, bool isReadOnly = false, NbdServerOptions? options = null) =>
        StartAsync(new DiskDevice(BlockDevice.Open(path, isReadOnly)), options);

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveTimeout = 20_000,
            SendTimeout = 20_000,
            NoDelay = true,
        };
        socket.Connect(EndPoint);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _device.Dispose();
    }
}
