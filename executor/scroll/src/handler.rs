//! The life of one transaction, where Scroll's differs from Ethereum's.

use std::marker::PhantomData;

use alloy_primitives::U256;
use revm::Database;
use revm::context::journaled_state::account::JournaledAccountTr;
use revm::context::result::{EVMError, HaltReason, InvalidTransaction};
use revm::context::{Block, ContextTr, JournalTr, Transaction};
use revm::handler::EthFrame;
use revm::handler::{
    EvmTr, FrameResult, Handler, MainnetHandler, post_execution, pre_execution, validation,
};
use revm::interpreter::InitialAndFloorGas;
use revm::interpreter::interpreter::EthInterpreter;

use crate::address::FEE_VAULT;
use crate::fork::Fork;
use crate::machine::{Machine, ScrollContext};

/// The rules of a transaction, for a state `D`.
pub(crate) struct ScrollHandler<D>(PhantomData<D>);

impl<D> ScrollHandler<D> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

pub(crate) type Error<D> = EVMError<<D as Database>::Error, InvalidTransaction>;
type Ethereum<D> = MainnetHandler<Machine<D>, Error<D>, EthFrame<EthInterpreter>>;

impl<D: Database> Handler for ScrollHandler<D> {
    type Evm = Machine<D>;
    type Error = Error<D>;
    type HaltReason = HaltReason;

    /// A message from L1 has no least price of its calldata.
    fn validate_initial_tx_gas(
        &self,
        evm: &mut Machine<D>,
    ) -> Result<InitialAndFloorGas, Error<D>> {
        if !evm.ctx.chain.is_from_l1 {
            return Ethereum::<D>::default().validate_initial_tx_gas(evm);
        }
        let (tx, cfg) = (&evm.ctx.tx, &evm.ctx.cfg);
        let (spec, gas) = (cfg.spec, &cfg.gas_params);
        let checked = validation::validate_initial_tx_gas_with_gas_params(
            tx,
            spec,
            gas,
            true,
            false,
            u64::MAX,
            None,
        );
        Ok(checked?)
    }

    /// A signed transaction pays for its data on L1, too, and before anything else.
    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Machine<D>,
        _: &mut InitialAndFloorGas,
    ) -> Result<(), Error<D>> {
        let context = evm.ctx();
        if context.chain.is_from_l1 {
            return admit_message(context);
        }
        pre_execution::validate_against_state_and_deduct_caller::<_, Error<D>>(context)?;
        let (fee, caller) = (context.chain.l1_fee, context.tx.caller);
        let mut account = context.journal_mut().load_account_mut(caller)?;
        let balance = *account.balance();
        let left = balance.checked_sub(fee).ok_or_else(|| lack_of_funds(fee, balance))?;
        account.set_balance(left);
        Ok(())
    }

    fn refund(
        &self,
        evm: &mut Machine<D>,
        result: &mut FrameResult,
        of_authorizations: i64,
    ) -> Result<(), Error<D>> {
        if evm.ctx.chain.is_from_l1 {
            result.gas_mut().set_refund(0);
        } else {
            let parameters = &evm.ctx.cfg.gas_params;
            post_execution::refund(parameters, result.gas_mut(), of_authorizations);
        }
        Ok(())
    }

    /// The fee vault gets all of the price, base fee included, and the fee for L1.
    fn reward_beneficiary(
        &self,
        evm: &mut Machine<D>,
        result: &mut FrameResult,
    ) -> Result<(), Error<D>> {
        let context = evm.ctx();
        if context.chain.is_from_l1 {
            return Ok(());
        }
        let price = U256::from(context.tx.effective_gas_price(context.block.basefee().into()));
        let reward = price
            .saturating_mul(U256::from(result.gas().used()))
            .saturating_add(context.chain.l1_fee);
        context.journal_mut().load_account_mut(FEE_VAULT)?.incr_balance(reward);
        Ok(())
    }
}

/// A message from L1 is not refused for its nonce, and from Euclid on not for want of funds: it fails
/// inside then.
fn admit_message<D: Database>(context: &mut ScrollContext<D>) -> Result<(), Error<D>> {
    let (caller, value, fork) = (context.tx.caller, context.tx.value, context.chain.fork);
    let account = context.journal_mut().load_account(caller)?.data;
    let (balance, code_hash) = (account.info.balance, account.info.code_hash);
    if fork < Fork::Euclid && value > balance {
        return Err(lack_of_funds(value, balance).into());
    }
    if !account.info.is_empty_code_hash() {
        // A node that never loads the sender's code puts none into the witness: the block is
        // checked by its roots whatever is said here.
        if let Ok(code) = context.journaled_state.database.code_by_hash(code_hash)
            && !code.is_empty()
            && !code.is_eip7702()
        {
            return Err(InvalidTransaction::RejectCallerWithCode.into());
        }
    }
    context.journal_mut().load_account_mut(caller)?.bump_nonce();
    Ok(())
}

fn lack_of_funds(fee: U256, balance: U256) -> InvalidTransaction {
    InvalidTransaction::LackOfFundForMaxFee { fee: fee.into(), balance: balance.into() }
}
