using System.Globalization;

namespace Stiefel.Nbd.Tests.Support;

/// <summary>
/// A collection of inputs, each of which once broke this or another server, or represents a class of such inputs. A line holds bytes in
/// hexadecimal, separated by spaces; N*XX is N times the byte XX, and text behind a # is a comment.
/// </summary>
internal static class Corpus
{
    public static IReadOnlyList<byte[]> Read(string name)
    {
        var inputs = new List<byte[]>();
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Fuzz", "Corpus", name)))
        {
            var words = line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                inputs.Add([.. words.SelectMany(Parse)]);
            }
        }

        return inputs;
    }

    private static IEnumerable<byte> Parse(string word)
    {
        var star = word.IndexOf('*', StringComparison.Ordinal);
        return star < 0
            ? Convert.FromHexString(word)
            : Enumerable.Repeat(Convert.ToByte(word[(star + 1)..], 16), int.Parse(word[..star], CultureInfo.InvariantCulture));
    }
}
