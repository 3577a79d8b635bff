using System.Net.Sockets;
using System.Text;
using CsCheck;
using Stiefel.Linux.Tests;
using Stiefel.Server.Tests.Hosting;

namespace Stiefel.Server.Tests.Http;

public sealed class HttpLimitsTests : IDisposable
{
    private readonly ServerFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("POST /v1/kernel HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999999\r\n\r\n")]
    [InlineData("POST /v1/kernel HTTP/1.1\r\nHost: x\r\nContent-Length: 49\r\n\r\n")]
    public async Task Body_LongerThanAllowed_IsRefusedUnread(string head)
    {
        await using var server = await RunningServer.StartAsync(_files);
        Assert.StartsWith("HTTP/1.1 403 ", Exchange(server, Encoding.ASCII.GetBytes(head)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfNoSessionThatIsHere_IsRefusedAfterItsFirstBytes()
    {
        await using var server = await RunningServer.StartAsync(_files);
        byte[] request = [.. "POST /v1/modules HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"u8, .. "STFR\u0001\0\0\0"u8, .. new byte[40]];
        Assert.StartsWith("HTTP/1.1 403 ", Exchange(server, request), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_EndlessChunks_IsCutOff()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var socket = new TcpClient("127.0.0.1", server.Boot.Port);
        var stream = socket.GetStream();
        stream.Write("POST /v1/export HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"u8);
        var chunk = Encoding.ASCII.GetBytes("10000\r\n" + new string('a', 65536) + "\r\n");
        var sent = 0L;
        try
        {
            for (; sent < 64 << 20; sent += chunk.Length)
            {
                stream.Write(chunk);
                if (stream.DataAvailable)
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The server closed the connection.
        }

        Assert.InRange(sent, 0, 32 << 20);
    }

    [Fact]
    public async Task Request_AnyBytes_NeverHarmTheServer()
    {
        await using var server = await RunningServer.StartAsync(_files);
        using var desktop = await Desktop.ShakeHandsAsync(server, _files.Key);
        var genuine = desktop.Seal("/v1/kernel", []);
        string[] known = ["/v1/discovery", "/v1/kernel", "/v1/modules", "/v1/export"];
        var paths = Gen.Int[0, known.Length - 1].Select(i => known[i]);
        var bodies = Gen.OneOf(
            Gen.Byte.Array[0, 300],
            Gen.Select(Gen.Int[0, genuine.Length - 1], Gen.Byte, (at, value) => Changed(genuine, at, value)),
            Gen.Select(Gen.Int[0, desktop.Hello.Length - 1], Gen.Byte, (at, value) => Changed(desktop.Hello, at, value)));
        Gen.Select(paths, bodies).Sample(
            (path, body) =>
            {
                using var answer = desktop.PostAsync(path, body).GetAwaiter().GetResult();
                return answer.StatusCode is System.Net.HttpStatusCode.Forbidden
                    || (path == "/v1/discovery" && body.SequenceEqual(desktop.Hello))
                    || (path == "/v1/kernel" && body.SequenceEqual(genuine));
            },
            iter: Fuzz.Count(300), threads: 1);
        await desktop.AskAsync("/v1/kernel", []);
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var changed = (byte[])bytes.Clone();
        changed[at] = value;
        return changed;
    }

    private static string Exchange(RunningServer server, byte[] request)
    {
        using var socket = new TcpClient("127.0.0.1", server.Boot.Port) { ReceiveTimeout = 20_000 };
        socket.GetStream().Write(request);
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, socket.GetStream().Read(buffer));
    }
}
