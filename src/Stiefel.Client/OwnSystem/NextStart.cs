using System.Buffers.Binary;
using Stiefel.Linux.Firmware;

namespace Stiefel.Client.OwnSystem;

/// <summary>
/// The firmware's next start: the first of its entries that is not the one which this machine was started by (UEFI 2.10 §3.3). A boot loader that ends
/// leads to the firmware's menu on many machines, this to a system.
/// </summary>
/// <param name="variables">The firmware's memory.</param>
internal sealed class NextStart(EfiVariables variables)
{
    private const uint IsActive = 1;

    /// <summary>The number of that entry; null if there is no other.</summary>
    public ushort? Find()
    {
        var current = variables.ReadEntries("BootCurrent");
        return variables.ReadEntries("BootOrder").Cast<ushort?>().FirstOrDefault(number => !current.Contains(number!.Value) && CanBeStarted(number.Value));
    }

    /// <summary>Has it started next, once.</summary>
    /// <exception cref="IOException">The firmware does not take it.</exception>
    public void Order(ushort number) => variables.Set("BootNext", EfiVariables.Global, [(byte)number, (byte)(number >> 8)]);

    private bool CanBeStarted(ushort number) =>
        variables.Read($"Boot{number:X4}", EfiVariables.Global) is { Length: >= 4 } option && (BinaryPrimitives.ReadUInt32LittleEndian(option) & IsActive) != 0;
}
