using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Stiefel.Protocol.Envelope;
using Stiefel.Server.BootPlane;

namespace Stiefel.Server.Tests.BootPlane;

/// <summary>Envelopes of several batches, sealed into a real Kestrel connection's memory.</summary>
public sealed class LongAnswerTests : IAsyncDisposable
{
    private const int Segment = 64 * 1024;

    private static readonly TimeSpan s_patience = TimeLimit.Seconds(30);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _plain = RandomNumberGenerator.GetBytes((47 * Segment) + 5); // the last batch is so large that sending it has to wait
    private readonly List<WebApplication> _servers = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Envelope_OfSeveralBatches_ArrivesWhole(bool isLengthTold)
    {
        var server = await StartAsync(context => SendAsync(context, isLengthTold ? _plain.Length : null));
        using var http = new HttpClient();
        using var answer = await http.GetAsync(server, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal(isLengthTold ? EnvelopeReader.SealedLength(_plain.Length) : null, answer.Content.Headers.ContentLength);
        await using var reader = await EnvelopeReader.OpenAsync(await answer.Content.ReadAsStreamAsync(Token), _key, Token);
        Assert.True((await reader.ReadToEndAsync(_plain.Length, Token)).AsSpan().SequenceEqual(_plain));
    }

    [Fact]
    public async Task Envelope_ClientGoesWithTheLastByte_IsNotBrokenOff()
    {
        var outcomes = new List<Exception?>();
        var done = new SemaphoreSlim(0);
        var server = await StartAsync(async context =>
        {
            outcomes.Add(await Record.ExceptionAsync(() => SendAsync(context, _plain.Length)));
            done.Release();
        });
        for (var i = 0; i < 40; i++)
        {
            using (var client = await AskAsync(server))
            {
                await ReadAsync(client, EnvelopeReader.SealedLength(_plain.Length));
                client.LingerState = new LingerOption(enable: true, seconds: 0); // closing sends a reset, which the server notices at once
            }

            Assert.True(await done.WaitAsync(s_patience, Token));
        }

        Assert.All(outcomes, outcome => Assert.True(outcome is null, $"{outcome}"));
    }

    [Fact]
    public async Task Envelope_ClientGoesInTheMiddle_EndsTheWriting()
    {
        var outcome = new TaskCompletionSource<Exception?>();
        var server = await StartAsync(async context =>
        {
            var answer = new SealedResponse(context.Response, _key, IPAddress.Loopback);
            await using var envelope = answer.Begin(plainLength: null);
            outcome.SetResult(await Record.ExceptionAsync(async () =>
            {
                while (true)
                {
                    await envelope.WriteAsync(_plain, context.RequestAborted);
                }
            }));
            Assert.True(answer.HasStarted);
            context.Abort();
        });
        using (var client = await AskAsync(server))
        {
            await ReadAsync(client, 1_000_000);
        }

        var thrown = await outcome.Task.WaitAsync(s_patience, Token);
        Assert.True(thrown is OperationCanceledException or IOException, $"{thrown}");
    }

    [Fact]
    public async Task Answer_BatchHandedOverAndNotSent_HasStarted()
    {
        // The last moment at which a refusal could be appended, which no client could read.
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new FullStream()));
        var answer = new SealedResponse(context.Response, _key, IPAddress.Loopback);
        await using var envelope = answer.Begin(plainLength: null);

        await envelope.WriteAsync(_plain.AsMemory(0, 3 * Segment), Token);
        Assert.False(answer.HasStarted);
        await Assert.ThrowsAsync<IOException>(() => envelope.WriteAsync(_plain, Token).AsTask());
        Assert.False(context.Response.HasStarted);
        Assert.True(answer.HasStarted);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.StopAsync(CancellationToken.None);
            await server.DisposeAsync();
        }
    }

    private async Task SendAsync(HttpContext context, long? length)
    {
        await using var envelope = new SealedResponse(context.Response, _key, IPAddress.Loopback).Begin(length);
        await envelope.WriteAsync(_plain, context.RequestAborted);
        await envelope.CompleteAsync(context.RequestAborted);
    }

    private async Task<Uri> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(answer);
        _servers.Add(server);
        await server.StartAsync(Token);
        return new Uri(server.Urls.Single());
    }

    private static async Task<Socket> AskAsync(Uri server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8 * 1024 };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port, Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Token);
        return socket;
    }

    /// <summary>Reads the head of the answer and exactly this many bytes of its body.</summary>
    private static async Task ReadAsync(Socket socket, long body)
    {
        await using var stream = new NetworkStream(socket);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, Token);
            head.Append((char)one[0]);
        }

        var buffer = new byte[Segment];
        while (body > 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, body)), Token);
            Assert.NotEqual(0, read);
            body -= read;
        }
    }

    private sealed class FullStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken token = default) => throw new IOException("no space");
    }
}
