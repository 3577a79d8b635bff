using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Stiefel.Attach.Agent;
using Xunit;

namespace Stiefel.Attach.Tests.Agent;

/// <summary>Uses real sockets on the loopback; a listener plays the laptop.</summary>
[Collection("network namespace")]
public sealed class ControlPassageTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeLimit.Seconds(20);

    private readonly TcpListener _laptop = new(IPAddress.Loopback, 0);
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public ControlPassageTests()
    {
        Stiefel.Linux.Tests.PrivateNetwork.Ip("link set dev lo up");
        _laptop.Start();
    }

    public void Dispose() => _laptop.Dispose();

    [Fact]
    public async Task Connection_MuchBothWaysAtOnce_ArrivesByteForByteAndEndsInTurn()
    {
        using var here = await CallAsync(Begin());
        using var there = await _laptop.AcceptTcpClientAsync(_token);
        (var question, var answer) = (RandomNumberGenerator.GetBytes(3_000_000), RandomNumberGenerator.GetBytes(2_000_000));

        var (asking, answering) = (SendAsync(here, question), SendAsync(there, answer));
        var (heard, told) = (ReceiveAsync(there), ReceiveAsync(here));

        await Task.WhenAll(asking, answering, heard, told).WaitAsync(s_limit, _token);
        Assert.Equal(question, await heard);
        Assert.Equal(answer, await told);
    }

    [Fact]
    public async Task Connection_OfOneThatEndsItsSide_StillHearsTheAnswer()
    {
        using var here = await CallAsync(Begin());
        using var there = await _laptop.AcceptTcpClientAsync(_token);

        await SendAsync(here, [1, 2, 3]);
        Assert.Equal([1, 2, 3], await ReceiveAsync(there));
        await SendAsync(there, [4, 5]);

        Assert.Equal([4, 5], await ReceiveAsync(here));
    }

    [Fact]
    public async Task Connection_LaptopIsAway_EndsAtOnce()
    {
        var passage = ControlPassage.Open(0, () => null);
        passage.Begin();

        using var here = await CallAsync(passage.Port);

        Assert.Empty(await ReceiveAsync(here));
    }

    [Fact]
    public async Task Connection_LaptopRefuses_Ends()
    {
        var port = Begin();
        _laptop.Stop();

        using var here = await CallAsync(port);

        Assert.Empty(await ReceiveAsync(here));
    }

    [Fact]
    public async Task Connection_OneTooMany_EndsTheOneThatWasIdleLongest()
    {
        var port = Begin();
        List<(TcpClient Here, TcpClient There)> all = [];
        for (var i = 0; i < ControlPassage.MaxConnections; i++)
        {
            all.Add((await CallAsync(port), await _laptop.AcceptTcpClientAsync(_token)));
        }

        // Use the first connection, so that it is no longer the one idle longest. The pauses make the recorded milliseconds differ.
        await Task.Delay(50, _token);
        await all[0].Here.GetStream().WriteAsync(new byte[] { 7 }, _token);
        Assert.Equal(7, await ReadByteAsync(all[0].There));
        await Task.Delay(50, _token);
        foreach (var (here, there) in all.Skip(2))
        {
            await here.GetStream().WriteAsync(new byte[] { 8 }, _token);
            Assert.Equal(8, await ReadByteAsync(there));
        }

        using var late = await CallAsync(port);
        using var answered = await _laptop.AcceptTcpClientAsync(_token);
        await SendAsync(late, [9]);

        Assert.Equal([9], await ReceiveAsync(answered));
        Assert.Empty(await ReceiveAsync(all[1].Here));
        await all[0].Here.GetStream().WriteAsync(new byte[] { 10 }, _token);
        Assert.Equal(10, await ReadByteAsync(all[0].There));
        foreach (var (here, there) in all)
        {
            here.Dispose();
            there.Dispose();
        }
    }

    private int Begin()
    {
        var laptop = (IPEndPoint)_laptop.LocalEndpoint;
        var passage = ControlPassage.Open(0, () => laptop);
        passage.Begin();
        return passage.Port;
    }

    private async Task<TcpClient> CallAsync(int port)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, _token);
        return client;
    }

    private async Task SendAsync(TcpClient client, byte[] bytes)
    {
        await client.GetStream().WriteAsync(bytes, _token);
        client.Client.Shutdown(SocketShutdown.Send);
    }

    private async Task<byte[]> ReceiveAsync(TcpClient client)
    {
        using var all = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            while (await client.Client.ReceiveAsync(part, _token).AsTask().WaitAsync(s_limit, _token) is > 0 and var count)
            {
                all.Write(part, 0, count);
            }
        }
        catch (SocketException)
        {
            // Closing a socket with unread data resets the connection.
        }

        return all.ToArray();
    }

    private async Task<int> ReadByteAsync(TcpClient client)
    {
        var one = new byte[1];
        await client.GetStream().ReadExactlyAsync(one, _token).AsTask().WaitAsync(s_limit, _token);
        return one[0];
    }
}
