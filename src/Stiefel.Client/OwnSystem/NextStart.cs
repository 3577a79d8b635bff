using System.Buffers.Binary;
using Stiefel.Linux.Firmware;

namespace Stiefel.Client.OwnSystem;

/// <summary>
/// Makes the firmware start, next time, the first of its entries other than the one that started this machine (UEFI 2.10 §3.3). On many machines, a boot loader
/// that simply ends leads only to the firmware's menu; this leads to a system.
/// </summary>
/// <param name="variables">The firmware's variables.</param>
internal sealed class NextStart(EfiVariables variables)
{
    private const uint IsActive = 1;

    /// <summary>The number of that entry; null if there is no other.</summary>
    public ushort? Find()
    {
        var current = variables.ReadEntries("BootCurrent");
        return variables.ReadEntries("BootOrder").Cast<ushort?>().FirstOrDefault(number => !current.Contains(number!.Value) && CanBeStarted(number.Value));
    }

    /// <summary>Makes the firmware start that entry next, once.</summary>
    /// <exception cref="IOException">The firmware refuses the variable.</exception>
    public void Order(ushort number) => variables.Set("BootNext", EfiVariables.Global, [(byte)number, (byte)(number >> 8)]);

    private bool CanBeStarted(ushort number) =>
        variables.Read($"Boot{number:X4}", EfiVariables.Global) is { Length: >= 4 } option && (BinaryPrimitives.ReadUInt32LittleEndian(option) & IsActive) != 0;
}
