using System.Runtime.InteropServices;

namespace Enlarger.Server.Decoding;

/// <summary>
/// Refuses system calls that decoding never needs, in all threads of the process (seccomp, linux/seccomp.h): network,
/// other programs, other processes, and parts of the kernel that are known for their faults.
/// </summary>
internal static partial class SystemCallFilter
{
    // Instructions of the filter (linux/filter.h): load a word of the call, compare, return.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;

    // Offsets in seccomp_data.
    private const uint Number = 0;
    private const uint Machine = 4;
    private const uint FirstArgument = 16;

    private const uint Allowed = 0x7FFF0000;

    // With EPERM.
    private const uint Refused = 0x00050001;

    private const uint MachineX64 = 0xC000003E;
    private const uint MachineArm64 = 0xC00000B7;

    // Calls of the 32-bit interface of x64 have numbers of their own from here on.
    private const uint X32 = 0x40000000;

    private const nint SeccompX64 = 317;
    private const nint SeccompArm64 = 277;
    private const nint SetFilter = 1;
    private const nint AllThreads = 1;

    // socket, connect, bind, socketpair; execve, execveat, fork, vfork; kill, tkill; ptrace, process_vm_readv and
    // writev; mount, unshare, setns, bpf, perf_event_open, userfaultfd.
    private static readonly uint[] CallsX64 =
        [41, 42, 49, 53, 59, 322, 57, 58, 62, 200, 101, 310, 311, 165, 272, 308, 321, 298, 323];

    private static readonly uint[] CallsArm64 =
        [198, 203, 200, 199, 221, 281, 129, 130, 117, 270, 271, 40, 97, 268, 280, 241, 282];

    // pidfd_send_signal, io_uring_setup, pidfd_open, pidfd_getfd.
    private static readonly uint[] CallsOfBoth = [424, 425, 434, 438];

    /// <summary>Installs the filter; on machines for which there is none, nothing.</summary>
    public static void Install()
    {
        var isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        if (!isArm && RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return;
        }

        uint[] calls = [.. isArm ? CallsArm64 : CallsX64, .. CallsOfBoth];
        Instruction[] filter =
        [
            new(Load, 0, 0, Machine),
            new(JumpIfEqual, 1, 0, isArm ? MachineArm64 : MachineX64),
            new(Return, 0, 0, Refused),
            new(Load, 0, 0, Number),
            new(JumpIfAtLeast, 0, 1, X32),
            new(Return, 0, 0, Refused),
            .. calls.SelectMany(call => (Instruction[])
            [
                new(JumpIfEqual, 0, 1, call), new(Return, 0, 0, Refused),
            ]),
            // The runtime signals its own threads, to stop them for a collection.
            new(JumpIfEqual, 0, 3, isArm ? 131u : 234u),
            new(Load, 0, 0, FirstArgument),
            new(JumpIfEqual, 1, 0, (uint)Environment.ProcessId),
            new(Return, 0, 0, Refused),
            new(Return, 0, 0, Allowed),
        ];
        unsafe
        {
            fixed (Instruction* first = filter)
            {
                var program = new FilterProgram { Length = (ushort)filter.Length, First = (nint)first };
                _ = SystemCall(isArm ? SeccompArm64 : SeccompX64, SetFilter, AllThreads, (nint)(&program));
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint First;
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c);
}
