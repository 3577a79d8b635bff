using System.Collections;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Stiefel.BootFiles.Disk.Volumes;
using Stiefel.Nbd.Client;
using Stiefel.Nbd.Connections;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Certificates;
using Stiefel.Protocol.Keys;
using Stiefel.Server.Configuration;
using Stiefel.Server.Discovery;
using Stiefel.Server.Grants;
using Stiefel.Server.Http;

namespace Stiefel.Server.Tests.Hosting;

/// <summary>The complete server on loopback, at ports that the kernel chose.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static readonly string[] s_adminOnLoopback = ["--Admin:Listen", "127.0.0.1:0"];


    // The machine that runs the tests may have no WireGuard; what needs WireGuard is tested in virtual machines.
    private static readonly string[] s_inTheOpen = ["--Link:Protection", "none"];

    private readonly WebApplication _app;

    private RunningServer(WebApplication app, LogLines log)
    {
        _app = app;
        Log = log;
    }

    public LogLines Log { get; }

    public IServiceProvider Services => _app.Services;

    public IReadOnlyList<NbdConnectionStatus> NbdConnections => Services.GetRequiredService<NbdServer>().Connections;

    public Uri Boot => new($"http://127.0.0.1:{PortOf(Plane.Boot)}");

    public Uri Admin => new($"http://127.0.0.1:{PortOf(Plane.Admin)}");

    /// <summary>A client of the control plane that has the key's token, over plain HTTP on loopback.</summary>
    public HttpClient AdminClient(SharedKey key)
    {
        var http = new HttpClient { BaseAddress = Admin };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.For(key));
        return http;
    }

    public int NbdPort => Services.GetRequiredService<Server.Nbd.NbdHostedService>().Port;

    public int DiscoveryPort => Services.GetRequiredService<DiscoveryResponder>().Port;

    /// <summary>A server with boot files named one by one, unless the test names a directory.</summary>
    public static Task<RunningServer> StartAsync(ServerFiles files, params string[] more) => StartBareAsync(Arguments(files, more));

    /// <summary>The settings of such a server.</summary>
    public static string[] Arguments(ServerFiles files, params string[] more) => OnDisk(files, files.Disk,
        [.. more.Contains("--Boot:Directory") ? [] : (string[])["--Boot:Kernel", files.Kernel, "--Boot:Initrd", files.Initrd, "--Boot:CommandLine", "root=/dev/vda1 rw"], .. more]);

    /// <summary>A server that finds its boot files on the disk it serves.</summary>
    public static Task<RunningServer> StartOnDiskAsync(ServerFiles files, string disk, params string[] more) => StartBareAsync(OnDisk(files, disk, more));

    /// <summary>Such a server with other tools to open volumes.</summary>
    public static Task<RunningServer> StartOnDiskAsync(ServerFiles files, string disk, IVolumeTools tools, params string[] more) =>
        StartAdjustedAsync(services => services.RemoveAll<IVolumeTools>().AddSingleton(tools), OnDisk(files, disk, more));

    public static Task<RunningServer> StartBareAsync(params string[] args) => StartAdjustedAsync(_ => { }, args);

    /// <summary>A server of which some services are replaced.</summary>
    public static async Task<RunningServer> StartAdjustedAsync(Action<IServiceCollection> adjust, params string[] args)
    {
        var log = new LogLines();

        // The keeper process would be started from the running program, which here is the tests.
        var settings = args.Contains("--State:Keeper") ? args : [.. args, "--State:Keeper", "none"];
        var options = ServerOptions.Read(ServerConfiguration.Build(settings, new Hashtable(), "", []));
        var app = ServerHost.Build(options, services => adjust(services.RemoveAll<ILoggerProvider>().AddSingleton<ILoggerProvider>(log)));
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new RunningServer(app, log);
    }

    /// <summary>Connects to the block server and names an export; null if it is not available.</summary>
    public NbdPeer? Connect(string exportName, ulong generation = 0) => TryConnect(exportName, generation, out _);

    /// <summary>Says goodbye on a fresh connection.</summary>
    /// <returns>The server's proof that it heard the goodbye.</returns>
    /// <exception cref="NbdProtocolException">The server refuses.</exception>
    public byte[] SayGoodbye(string exportName, ulong number, byte[] proof)
    {
        using var socket = Dial();
        return NbdClientHandshake.SayGoodbye(socket, exportName, number, proof);
    }

    /// <summary>Asks for notices on a fresh connection.</summary>
    /// <exception cref="NbdProtocolException">The server refuses.</exception>
    public IReadOnlyList<byte[]> AskNotices(string exportName, ulong number, ulong after, byte[] proof)
    {
        using var socket = Dial();
        socket.ReceiveTimeout = 40_000;
        return new NbdClientNotices(socket).Ask(exportName, number, after, proof, most: 8);
    }

    /// <summary>Names an export that is not available: true if the server does not know the name, false if it can be had later.</summary>
    public bool IsUnknown(string exportName)
    {
        Assert.Null(TryConnect(exportName, 0, out var refusal));
        return refusal!.IsUnknownExport;
    }

    private NbdPeer? TryConnect(string exportName, ulong generation, out NbdProtocolException? refusal)
    {
        refusal = null;
        var socket = Dial();
        try
        {
            return new NbdPeer(socket, NbdClientHandshake.Connect(socket, exportName, generation));
        }
        catch (NbdProtocolException e)
        {
            socket.Dispose();
            refusal = e;
            return null;
        }
    }

    private Socket Dial()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 20_000, SendTimeout = 20_000, NoDelay = true };
        socket.Connect(IPAddress.Loopback, NbdPort);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static string[] OnDisk(ServerFiles files, string disk, string[] more) =>
    [
        "--Disk:Path", disk, "--Keys:Directory", files.Keys, "--State:Directory", files.State, "--Http:Listen", "127.0.0.1:0",
        "--Nbd:Listen", "127.0.0.1:0", "--Discovery:Port", "0", .. more.Contains("--Admin:Listen") ? [] : s_adminOnLoopback,
        .. more.Contains("--Link:Protection") ? [] : s_inTheOpen, .. more,
    ];

    private int PortOf(Plane plane) => Services.GetRequiredService<ListenAddresses>().PortOf(plane);
}
