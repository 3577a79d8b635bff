using System.Net;
using System.Net.Sockets;
using Stiefel.Attach.Agent;
using Stiefel.Attach.Console;
using Stiefel.Nbd.Wire;
using Stiefel.Protocol.Handover;
using Xunit;
using static Stiefel.Linux.Tests.PrivateNetwork;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>Tests the way from no link to a connection that the kernel could take, against qemu-nbd.</summary>
[Collection("network namespace")]
public sealed class ServerConnectionTests
{
    private const int Tcp = 6;
    private const int TcpUserTimeout = 18;

    private readonly List<string> _said = [];

    [Fact]
    public void Connect_ServerThatComesLate_WaitsAndSaysFor()
    {
        using var cable = new Cable();
        var late = Task.Delay(3000, TestContext.Current.CancellationToken).ContinueWith(_ => cable.StartServer(), TestContext.Current.CancellationToken);

        using var connection = Connector().Connect(Report());

        Assert.Equal(8 << 20, connection.Export.Size);
        Assert.True(connection.Export.Flags.HasFlag(TransmissionFlags.SendFlush));
        Assert.Contains(_said, line => line.StartsWith("waiting: fe80::1 port 10809: Connection refused", StringComparison.Ordinal));
        Assert.True(late.IsCompletedSuccessfully);
    }

    [Fact]
    public void Connect_Connection_IsAsTheKernelNeedsIt()
    {
        using var cable = new Cable();
        cable.StartServer();

        using var connection = Connector().Connect(Report());

        var socket = connection.Socket;
        Assert.True(socket.NoDelay);
        Assert.InRange(((IPEndPoint)socket.LocalEndPoint!).Port, 1, 1023);
        Assert.True(socket.Blocking);
        Assert.Equal((0, 0), (socket.ReceiveTimeout, socket.SendTimeout));
        Assert.Equal(15_000, Option(socket, Tcp, TcpUserTimeout));
        Assert.Equal(5, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
        Assert.Equal(3, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval)!);
        Assert.Equal(3, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount)!);
    }

    [Fact]
    public void Connect_AfterReplug_ReachesTheSameDiskOverTheNewInterface()
    {
        using var cable = new Cable();
        cable.StartServer();
        var connector = Connector();
        connector.Connect(Report()).Dispose();

        cable.PlugOut();
        cable.PlugIn();
        using var again = connector.Connect(Report());

        Assert.Equal(8 << 20, again.Export.Size);
    }

    [Fact]
    public async Task Connect_AnotherDiskUnderTheSameName_IsNotTaken()
    {
        using var cable = new Cable();
        cable.StartServer();
        var connector = Connector();
        connector.Connect(Report()).Dispose();
        cable.StopServer();
        cable.StartServer("--read-only");

        var connecting = Task.Run(() => connector.Connect(Report()), TestContext.Current.CancellationToken);
        await Task.Delay(3000, TestContext.Current.CancellationToken);

        Assert.False(connecting.IsCompleted);
        Assert.Contains(_said, line => line == "waiting: the server now offers another disk: 8388608 bytes, read-only instead of 8388608 bytes");
        cable.StopServer();
        cable.StartServer();
        (await connecting).Dispose();
    }

    [Fact]
    public void Open_UnknownExport_SaysThatItIsRefused()
    {
        using var cable = new Cable();
        cable.StartServer();
        using var ready = Connector().Connect(Report());
        var server = (System.Net.IPEndPoint)ready.Socket.RemoteEndPoint!;

        var failure = Assert.ThrowsAny<IOException>(() => ServerConnection.Open(server, "s-other", generation: 1));

        Assert.Contains("no such export", failure.Message, StringComparison.Ordinal);
    }

    private static ServerConnector Connector() => new(
        new AttachSession { Mac = Cable.Mac, ServerAddress = Cable.LaptopAddress, Port = Cable.Port, ExportName = Cable.ExportName },
        new AttachLog(Path.GetTempPath()));

    // The report for a running system has no initial silence, so every reason is recorded.
    private WaitingReport Report() => WaitingReport.WhileRunning(_said.Add, () => Environment.TickCount64);

    private static int Option(Socket socket, int level, int name)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(level, name, value);
        return BitConverter.ToInt32(value);
    }
}
