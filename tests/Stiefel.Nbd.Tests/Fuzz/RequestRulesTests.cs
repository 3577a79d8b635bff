using System.Numerics;
using CsCheck;
using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transmission;
using Stiefel.Nbd.Wire;
using Xunit;

namespace Stiefel.Nbd.Tests.Fuzz;

/// <summary>Compares the check of requests with arithmetic that cannot overflow.</summary>
public sealed class RequestRulesTests
{
    private static readonly Gen<ulong> s_number = Gen.OneOf(
        Gen.ULong,
        Gen.ULong[0, 1 << 20],
        Pick.From(0UL, 1UL, 1UL << 32, (1UL << 63) - 1, 1UL << 63, ulong.MaxValue, 32UL << 20));

    [Fact]
    public void Check_RangeOfAnyRequest_PassesExactlyIfItLiesWithin()
    {
        Gen.Select(s_number, s_number, s_number, Pick.From(NbdCommand.Read, NbdCommand.Write, NbdCommand.Trim, NbdCommand.WriteZeroes, NbdCommand.Cache)).Sample(
            (rawSize, offset, length, command) =>
            {
                var size = (long)(rawSize >> 1);
                var rules = new RequestRules(size, TransmissionFlags.SendTrim, ReplyFormat.Extended, hasBaseAllocation: false);

                var check = rules.Check(new NbdRequest(0, command, 1, offset, length));

                var isTooLarge = command is NbdCommand.Read or NbdCommand.Write && length > NbdLimits.MaxPayload;
                var isWithin = (BigInteger)offset + length <= size;
                Assert.Equal(isWithin && !isTooLarge, check.IsPassed);
                if (!isTooLarge && !isWithin)
                {
                    Assert.Equal(command is NbdCommand.Write or NbdCommand.WriteZeroes ? NbdError.NoSpace : NbdError.Invalid, check.Error);
                }
            },
            iter: FuzzCount.Of(200_000),
            threads: 2);
    }
}
