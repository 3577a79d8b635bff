using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Stiefel.Protocol.Crypto;

namespace Stiefel.Protocol.Tests.Crypto;

public sealed class CounterStreamTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, ulong.MaxValue - 2)]
    [InlineData(ulong.MaxValue, ulong.MaxValue - 1)]
    public void FillCounters_AcrossEveryCarry_CountsIn128Bits(ulong high, ulong low)
    {
        var bytes = new byte[5 * 16];
        var expected = new UInt128(high, low);

        CounterStream.FillCounters(MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan()), ref high, ref low);

        for (var i = 0; i < 5; i++, expected++)
        {
            Assert.Equal(expected, BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(i * 16)));
        }

        Assert.Equal(expected, new UInt128(high, low));
    }
}
