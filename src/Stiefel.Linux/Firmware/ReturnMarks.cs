namespace Stiefel.Linux.Firmware;

/// <summary>
/// Counts the laptop's returns from the server ramdisk to its own system in firmware variables, because nothing else persists there: each return leaves a mark, and
/// the laptop's own system removes all marks. Marks found in the ramdisk therefore belong to returns that led back into the ramdisk.
/// </summary>
public sealed class ReturnMarks(EfiVariables variables)
{
    /// <summary>After this many failed returns, no further one is tried automatically.</summary>
    public const int Most = 3;

    // Stiefel's own vendor GUID, chosen at random.
    private static readonly Guid s_vendor = new("6a2b1d0e-8d6f-4a38-9c0b-5f0b8e3f7d21");

    /// <summary>The number of marks; null if this machine cannot store them.</summary>
    public int? Count => variables.AreThere ? Enumerable.Range(1, Most).Count(number => variables.Has(NameOf(number), s_vendor)) : null;

    /// <summary>Adds a mark, up to <see cref="Most"/>.</summary>
    /// <exception cref="IOException">The firmware refuses the variable.</exception>
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

    /// <summary>Removes all marks, after a return has succeeded.</summary>
    /// <returns>The number of marks there were.</returns>
    /// <exception cref="IOException">A mark could not be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">A mark could not be removed.</exception>
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
