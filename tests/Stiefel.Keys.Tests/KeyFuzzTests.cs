using System.Globalization;

namespace Stiefel.Keys.Tests;

/// <summary>Any file on a stick and any typed text gives a key, or one line that says what is wrong. STIEFEL_FUZZ_N raises the number of tries.</summary>
public sealed class KeyFuzzTests
{
    private static readonly int s_tries = int.TryParse(Environment.GetEnvironmentVariable("STIEFEL_FUZZ_N"), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 20_000;

    [Fact]
    public void SealedKey_Mutated_IsParsedWithinItsLimitsOrRefused()
    {
        var text = SealedKey.Seal(new byte[32], "p"u8, new PassphraseCost(PassphraseCost.MinMemoryKiB, 1, 1)).Format();
        var random = new Random(7);
        for (var i = 0; i < s_tries; i++)
        {
            var mutated = Mutate(text, random);
            try
            {
                Assert.Equal(mutated, SealedKey.Parse(mutated).Format());
            }
            catch (FormatException)
            {
                // The input is refused, as it may be.
            }
        }
    }

    [Fact]
    public void PairingCode_Mutated_IsTheSameKeyOrFoundWrong()
    {
        // A wrong code that passes would only be a wrong key, but the error should be found at the keyboard and not by the laptop.
        const int FewestFound = 10_000;
        var missed = 0;
        var secret = new byte[16];
        var random = new Random(8);
        for (var i = 0; i < s_tries; i++)
        {
            random.NextBytes(secret);
            if (PairingCode.TryDecode(Mutate(PairingCode.Encode(secret), random), out var decoded, out var problem))
            {
                missed += secret.AsSpan().SequenceEqual(decoded) ? 0 : 1;
            }
            else
            {
                Assert.DoesNotContain('\n', problem.Replace("'\n'", "", StringComparison.Ordinal));
            }
        }

        Assert.InRange(missed, 0, 1 + (s_tries / FewestFound));
    }

    // Makes one to three changes: another character, one more, one less, or two swapped.
    private static string Mutate(string text, Random random)
    {
        var letters = text.ToList();
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = random.Next(letters.Count - 1);
            switch (random.Next(4))
            {
                case 0:
                    letters[at] = (char)random.Next(1, 300);
                    break;
                case 1:
                    letters.Insert(at, (char)random.Next(1, 128));
                    break;
                case 2:
                    letters.RemoveAt(at);
                    break;
                default:
                    (letters[at], letters[at + 1]) = (letters[at + 1], letters[at]);
                    break;
            }
        }

        return new string([.. letters]);
    }
}
