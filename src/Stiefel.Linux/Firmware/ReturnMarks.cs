namespace Stiefel.Linux.Firmware;

/// <summary>
/// Counts the laptop's returns from the server ramdisk to its own system, where nothing but the firmware remembers: each return leaves a mark, and the own
/// system takes all of them away. So marks that are found in the ramdisk are of returns that led back into it.
/// </summary>
public sealed class ReturnMarks(EfiVariables variables)
{
    /// <summary>After so many nobody tries again by himself.</summary>
    public const int Most = 3;

    // Ours, made by chance.
    private static readonly Guid s_vendor = new("6a2b1d0e-8d6f-4a38-9c0b-5f0b8e3f7d21");

    /// <summary>How many there are; null if this machine has no place for them.</summary>
    public int? Count => variables.AreThere ? Enumerable.Range(1, Most).Count(number => variables.Has(NameOf(number), s_vendor)) : null;

    /// <summary>One more, up to <see cref="Most"/>.</summary>
    /// <exception cref="IOException">The firmware does not take it.</exception>
    public void Add()
    {
        foreach (var number in Enumerable.Range(1, Most))
        {
            if (!variables.Has(NameOf(number), s_vendor))
            {
                variables.Add(NameOf(number), s_vendor, [(byte)number]);
                return;
            }
        }
    }

    /// <summary>Takes all away: a return succeeded.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="IOException">One stays.</exception>
    /// <exception cref="UnauthorizedAccessException">One stays.</exception>
    public int Clear()
    {
        var count = Count ?? 0;
        foreach (var number in Enumerable.Range(1, count > 0 ? Most : 0))
        {
            variables.Remove(NameOf(number), s_vendor);
        }

        return count;
    }

    private static string NameOf(int number) => $"StiefelReturn{number}";
}
