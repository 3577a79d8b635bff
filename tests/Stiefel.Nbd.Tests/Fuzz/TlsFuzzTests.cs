using System.Net.Security;
using CsCheck;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transport.Tls;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>Any input in place of a TLS handshake ends in a protocol error.</summary>
public sealed class TlsFuzzTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact]
    public void Handshake_AnyBytes_EndInAProtocolError()
    {
        var hello = CaptureClientHello();
        var tls = _certificates.Tls(NbdTlsMode.Required);

        Gen.Select(Gen.Select(Gen.Int[0, hello.Length - 1], Gen.Byte).List[0, 4], Gen.Byte.Array[0, 40], Gen.Int[0, hello.Length], Gen.Int[1, 600]).Sample(
            (mutations, tail, cut, portion) =>
            {
                byte[] script = [.. hello];
                mutations.ForEach(mutation => script[mutation.Item1] = mutation.Item2);

                // Half of the inputs are complete and half are cut; all have bytes behind them.
                script = [.. cut % 2 == 0 ? script : script[..cut], .. tail];
                using var transport = new ScriptTransport(script, portion);
                Assert.Throws<NbdProtocolException>(() => TlsTransport.Accept(transport, tls, TimeSpan.FromMinutes(1)));
            },
            iter: FuzzCount.Of(2000, cost: 200),
            threads: 2);
    }

    private static byte[] CaptureClientHello()
    {
        var captured = new MemoryStream();
        using var client = new SslStream(new Tap(captured));
        Assert.ThrowsAny<IOException>(() => client.AuthenticateAsClient("localhost"));
        return captured.ToArray();
    }

    /// <summary>A stream that captures writes and is at its end for reads.</summary>
    private sealed class Tap(MemoryStream captured) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override void Write(byte[] buffer, int offset, int count) => captured.Write(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
