using System.Text;
using Stiefel.Linux.Programs;
using Stiefel.Machines.Qemu;
using Stiefel.Machines.Scenarios;

namespace Stiefel.EndToEnd.Machines;

/// <summary>A disk with a system of its own, which only prints its name on the serial port: what the firmware starts when it passes over the stick.</summary>
internal static class OwnSystemDisk
{
    public const string Says = "the system of this computer";

    // x86 real mode at 0x7C00: prints the text behind it to the first serial port, byte by byte, then halts.
    private static readonly byte[] s_printer =
    [
        0x31, 0xC0, 0x8E, 0xD8, 0xBE, 0x16, 0x7C, 0xFC, // xor ax,ax; mov ds,ax; mov si,0x7C16; cld
        0xAC, 0x84, 0xC0, 0x74, 0x06, 0xBA, 0xF8, 0x03, // next: lodsb; test al,al; jz end; mov dx,0x3F8
        0xEE, 0xEB, 0xF5, 0xF4, 0xEB, 0xFD, // out dx,al; jmp next; end: hlt; jmp end
    ];

    private static readonly Encoding s_ascii = Encoding.ASCII;

    /// <summary>Makes the disk for one of the firmwares.</summary>
    public static Task<VirtualDisk> MakeAsync(MachineRun run, Startup firmware, CancellationToken token) =>
        firmware is Startup.Bios ? MakeForBiosAsync(run, token) : MakeForUefiAsync(run, token);

    /// <summary>A boot sector that prints a text.</summary>
    public static byte[] BootSector(string text)
    {
        var sector = new byte[512];
        s_printer.CopyTo(sector, 0);
        s_ascii.GetBytes(text + "\r\n").CopyTo(sector, s_printer.Length);
        (sector[510], sector[511]) = (0x55, 0xAA);
        return sector;
    }

    private static async Task<VirtualDisk> MakeForBiosAsync(MachineRun run, CancellationToken token)
    {
        var disk = Path.Combine(run.WorkDirectory, "own-bios.img");
        var content = new byte[1 << 20];
        BootSector(Says).CopyTo(content, 0);
        await File.WriteAllBytesAsync(disk, content, token);
        return new VirtualDisk(disk);
    }

    private static async Task<VirtualDisk> MakeForUefiAsync(MachineRun run, CancellationToken token)
    {
        var disk = Path.Combine(run.WorkDirectory, "own-uefi.img");
        var program = await UefiGrub.MakeAsync(run, "own", $"echo '{Says}'\nsleep 3600\n", "echo sleep", token);
        await ExternalProgram.RunAsync("mformat", ["-C", "-i", disk, "-T", "65536", "::"], token: token);
        await ExternalProgram.RunAsync("mmd", ["-i", disk, "::/EFI", "::/EFI/BOOT"], token: token);
        await ExternalProgram.RunAsync("mcopy", ["-i", disk, program, "::/EFI/BOOT/BOOTX64.EFI"], token: token);
        return new VirtualDisk(disk);
    }
}
